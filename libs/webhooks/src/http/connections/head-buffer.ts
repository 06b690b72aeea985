import { findHeadEnd, parseResponseHead, type ResponseHead } from './response-head.js';

/** Maximum size of a response head (bytes). */
export const MAX_HEAD_BYTES = 65_536;

const LF = 0x0a;
const CR = 0x0d;
const EMPTY = Buffer.alloc(0);
const BEGINNING = Buffer.from('HTTP/1.');
const SWITCHING_PROTOCOLS = 101;

/**
 * `incomplete`: more bytes are needed. `complete`: `head` is there. `unreadable`: this is not a head of HTTP/1. `too-large`:
 * the head has more than {@link MAX_HEAD_BYTES}.
 */
export type HeadState = 'incomplete' | 'complete' | 'unreadable' | 'too-large';

/**
 * Collects the bytes of a response until its final head is complete. Interim responses (1xx) are dropped: a client must
 * accept them although it did not ask for them (RFC 9110 15.2). A 101 is not dropped, because what follows it is not HTTP.
 */
export class HeadBuffer {
  head: ResponseHead | null = null;
  /** Interim responses, or empty lines before the head, were dropped. */
  hasDropped = false;
  private memory = EMPTY;
  private length = 0;
  private searched = 0;
  private headEnd = 0;

  /** What was received and not dropped. */
  get bytes(): Buffer {
    return this.memory.subarray(0, this.length);
  }

  /** What was received after the head. */
  get rest(): Buffer {
    return this.memory.subarray(this.headEnd, this.length);
  }

  add(chunk: Buffer): HeadState {
    this.append(chunk);
    for (;;) {
      this.dropEmptyLines();
      if (!this.canBeHead()) return 'unreadable';
      const end = findHeadEnd(this.bytes, this.searched);
      this.searched = this.length;
      if (Math.max(end, end < 0 ? this.length : 0) > MAX_HEAD_BYTES) return 'too-large';
      if (end < 0) return 'incomplete';
      const head = parseResponseHead(this.memory.subarray(0, end));
      if (!head) return 'unreadable';
      if (head.status >= 200 || head.status < 100 || head.status === SWITCHING_PROTOCOLS) {
        this.head = head;
        this.headEnd = end;
        return 'complete';
      }
      this.drop(end);
    }
  }

  /**
   * Copies the chunk, because the chunk itself may keep a large read buffer in memory. The memory grows by doubling: small
   * chunks cost little.
   */
  private append(chunk: Buffer): void {
    const needed = this.length + chunk.length;
    if (needed > this.memory.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.length));
      this.bytes.copy(larger);
      this.memory = larger;
    }
    chunk.copy(this.memory, this.length);
    this.length = needed;
  }

  private dropEmptyLines(): void {
    let count = 0;
    while (count < this.length && (this.memory[count] === CR || this.memory[count] === LF)) count++;
    if (count > 0) this.drop(count);
  }

  private drop(count: number): void {
    this.hasDropped = true;
    this.memory = this.memory.subarray(count);
    this.length -= count;
    this.searched = 0;
  }

  private canBeHead(): boolean {
    const known = Math.min(this.length, BEGINNING.length);
    return this.memory.compare(BEGINNING, 0, known, 0, known) === 0;
  }
}
