const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const COLON = 0x3a;
const DIGIT_1 = 0x31;
const LOWER_CASE = 0x20;
const LETTER_C = 0x63;
const LETTER_L = 0x6c;

const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: .*)?$/;

/** The lines of a response head, without folds and without a repeated `content-length`. */
export interface ResponseHead {
  status: number;
  /** The status line and the header lines. */
  lines: string[];
}

/**
 * Returns true if the bytes begin with a whole head that every parser understands. Nearly all heads are of this kind, so
 * this function is fast: it examines only a few bytes of each line. `false` means only that the head must be parsed.
 */
export function startsWithPlainHead(bytes: Buffer): boolean {
  const isVersion11 = bytes[7] === DIGIT_1;
  const isInterim = bytes[9] === DIGIT_1;
  if (!isVersion11 || isInterim) return false;
  let lengths = 0;
  for (let lf = bytes.indexOf(LF); lf >= 0;) {
    if (bytes[lf - 1] !== CR) return false;
    const line = lf + 1;
    const first = bytes[line];
    if (first === CR) return bytes[line + 1] === LF;
    if (first === SPACE || first === TAB) return false;
    if (isContentLength(bytes, line) && ++lengths > 1) return false;
    lf = bytes.indexOf(LF, line);
  }
  return false;
}

/** Returns true for a line of `content-length`: no other common header has these letters in these places. */
function isContentLength(bytes: Buffer, line: number): boolean {
  return (
    bytes[line + 14] === COLON &&
    (bytes[line]! | LOWER_CASE) === LETTER_C &&
    (bytes[line + 8]! | LOWER_CASE) === LETTER_L
  );
}

/** Returns the index after the empty line that ends a head, or -1. `from`: bytes before it have been searched already. */
export function findHeadEnd(bytes: Buffer, from: number): number {
  for (let lf = bytes.indexOf(LF, from); lf >= 0; lf = bytes.indexOf(LF, lf + 1)) {
    const before = bytes[lf - 1] === CR ? lf - 2 : lf - 1;
    if (bytes[before] === LF) return lf + 1;
  }
  return -1;
}

/**
 * Reads a whole head by the rules of RFC 9112 for recipients: a line may end with LF instead of CRLF (2.2), a folded line
 * continues the line before it (5.2), and a `content-length` that is repeated with the same value counts once (6.3). Returns
 * `null` for anything other than a head of HTTP/1. The content of the lines is not checked.
 */
export function parseResponseHead(head: Buffer): ResponseHead | null {
  const [statusLine, ...rest] = head.toString('latin1').trimEnd().split(/\r?\n/);
  const status = STATUS_LINE.exec(statusLine!)?.[1];
  if (!status) return null;
  const lines = [statusLine!];
  for (const line of rest) {
    if (/^[ \t]/.test(line)) {
      if (lines.length === 1) return null;
      lines.push(`${lines.pop()} ${line.trim()}`);
    } else {
      lines.push(line);
    }
  }
  return { status: Number(status), lines: withoutRepeatedLength(lines) };
}

function withoutRepeatedLength(lines: string[]): string[] {
  let length: string | null = null;
  return lines.filter((line) => {
    if (!/^content-length:/i.test(line)) return true;
    const value = line.slice(line.indexOf(':') + 1).trim();
    const isRepeated = value === length;
    length = value;
    return !isRepeated;
  });
}

/** Writes a head in the form that every parser understands. */
export function formatResponseHead({ lines }: ResponseHead): Buffer {
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
