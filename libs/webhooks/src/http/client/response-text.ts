import { StringDecoder } from 'node:string_decoder';

/**
 * A receiver's bytes as text that any database stores: NUL and invalid UTF-8 become U+FFFD, and it is cut on a character
 * border to at most `keep` bytes of UTF-8.
 * @param cut the bytes stop in the middle of the body, perhaps inside a character
 */
export function toStorableText(bytes: Buffer, keep: number, cut: boolean): string {
  if (bytes.length === 0) return '';
  const text = clean(bytes, keep, cut || bytes.length > keep);
  // Each replaced byte has become three.
  return text.length * 3 <= keep || Buffer.byteLength(text) <= keep
    ? text
    : clean(Buffer.from(text), keep, true);
}

function clean(bytes: Buffer, keep: number, cut: boolean): string {
  // A decoder that is never ended keeps an unfinished last character to itself.
  const text = cut ? new StringDecoder('utf8').write(bytes.subarray(0, keep)) : bytes.toString('utf8');
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}
