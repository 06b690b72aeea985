import { StringDecoder } from 'node:string_decoder';

/**
 * Returns a receiver's bytes as text that any database can store: NUL and invalid UTF-8 become U+FFFD, and the text is cut
 * between characters to at most `maxBytes` of UTF-8.
 * @param isIncomplete true if the bytes stop in the middle of the body, perhaps inside a character
 */
export function toStorableText(bytes: Buffer, maxBytes: number, isIncomplete: boolean): string {
  if (bytes.length === 0) return '';
  const text = clean(bytes, maxBytes, isIncomplete || bytes.length > maxBytes);
  // A replaced byte becomes three bytes, so the text may be longer than before.
  return text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes
    ? text
    : clean(Buffer.from(text), maxBytes, true);
}

function clean(bytes: Buffer, maxBytes: number, isIncomplete: boolean): string {
  // Without a call to end(), the decoder omits an incomplete last character.
  const text = isIncomplete
    ? new StringDecoder('utf8').write(bytes.subarray(0, maxBytes))
    : bytes.toString('utf8');
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}
