/** One message of PostgreSQL's protocol: its type byte (`''` for a client's first message) and all its bytes. */
export interface WireMessage {
  type: string;
  bytes: Buffer;
}

/** Cuts a stream of bytes into the messages of PostgreSQL's protocol (version 3). */
export class WireMessages {
  private rest = Buffer.alloc(0);

  /** `untyped`: the stream is a client's, whose first message has no type. */
  constructor(private untyped: boolean) {}

  push(bytes: Buffer): WireMessage[] {
    this.rest = Buffer.concat([this.rest, bytes]);
    const messages: WireMessage[] = [];
    for (;;) {
      const start = this.untyped ? 0 : 1;
      if (this.rest.length < start + 4) return messages;
      const length = start + this.rest.readInt32BE(start);
      if (this.rest.length < length) return messages;
      const type = this.untyped ? '' : String.fromCharCode(this.rest[0]!);
      messages.push({ type, bytes: this.rest.subarray(0, length) });
      this.rest = this.rest.subarray(length);
      this.untyped = false;
    }
  }
}

/** Finds the statements that a client's messages run, including statements that it has prepared under a name. */
export class Statements {
  private readonly prepared = new Map<string, string>();
  /** The name of the most recently parsed statement. A bind resets it to `null`. */
  private told: string | null = null;

  /**
   * Returns the statement that this message runs or parses, or `null`. Also returns `null` if the message binds the statement
   * that was parsed just before.
   */
  of({ type, bytes }: WireMessage): string | null {
    if (type === 'Q') return textAt(bytes, 5);
    if (type === 'P') {
      const name = textAt(bytes, 5);
      const statement = textAfter(bytes, name);
      this.prepared.set(name, statement);
      this.told = name;
      return statement;
    }
    if (type !== 'B') return null;
    const name = textAfter(bytes, textAt(bytes, 5));
    const again = name !== this.told;
    this.told = null;
    return again ? (this.prepared.get(name) ?? null) : null;
  }
}

/** The text from `start` up to the next NUL. */
function textAt(bytes: Buffer, start: number): string {
  return bytes.toString('utf8', start, bytes.indexOf(0, start));
}

/** The second text of a message. It begins after the NUL of the first text. */
function textAfter(bytes: Buffer, first: string): string {
  return textAt(bytes, 5 + Buffer.byteLength(first) + 1);
}

/** The message that runs `statement`. */
export function plainStatement(statement: string): Buffer {
  const text = Buffer.from(`${statement}\0`);
  const head = Buffer.from('Q\0\0\0\0');
  head.writeInt32BE(4 + text.length, 1);
  return Buffer.concat([head, text]);
}
