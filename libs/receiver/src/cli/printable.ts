/** Escapes control characters, so that received text cannot move the cursor or change the terminal. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
}

/** Colours for a terminal; plain text elsewhere, and if `NO_COLOR` is set. */
export class Paint {
  constructor(private readonly isColoured: boolean) {}

  /** Returns the colours for text that is written to this stream. */
  static for(stream: { isTTY?: boolean }): Paint {
    return new Paint(stream.isTTY === true && !process.env.NO_COLOR);
  }

  good = (text: string): string => this.with(32, text);
  bad = (text: string): string => this.with(31, text);
  dim = (text: string): string => this.with(2, text);
  bold = (text: string): string => this.with(1, text);

  private with(code: number, text: string): string {
    return this.isColoured ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}
