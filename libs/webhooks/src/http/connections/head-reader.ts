import type { Socket } from 'node:net';
import { ConnectionError } from './dial.js';
import { HeadBuffer, MAX_HEAD_BYTES } from './head-buffer.js';
import { formatResponseHead, startsWithPlainHead } from './response-head.js';

/**
 * Stands between a socket and undici's parser. Rewrites response heads that the parser refuses although RFC 9112 requires
 * clients to accept them. Destroys the socket if the head is too large or the receiver responds with HTTP/2. All other bytes
 * pass unchanged, so the parser still judges every other head and reads every body.
 *
 * undici has no option for this. All bytes of a TCP or TLS socket pass through `push()`.
 */
export class HeadReader {
  /** Bytes have arrived since the request was sent. */
  hasStarted = false;
  /** The head had to be rewritten or could not be read, so the connection must not be used again. */
  isOdd = false;
  private isExpectingHead = false;
  private buffer: HeadBuffer | null = null;

  constructor(private readonly socket: Socket) {
    const push = socket.push.bind(socket);
    socket.push = (chunk: Buffer | null, encoding) => {
      if (!this.isExpectingHead) return push(chunk, encoding);
      const bytes = chunk === null ? null : this.read(chunk);
      // Nothing was passed on yet, so the socket continues to read.
      return bytes?.length === 0 || push(bytes);
    };
  }

  /** The next byte begins a response. Bytes that arrive before this call are passed on, and undici closes the connection. */
  expectHead(): void {
    this.isExpectingHead = true;
    this.hasStarted = false;
  }

  /** Returns what to pass on. */
  private read(chunk: Buffer): Buffer {
    this.hasStarted = true;
    if (this.buffer === null && startsWithPlainHead(chunk)) {
      this.isExpectingHead = false;
      return chunk;
    }
    this.buffer ??= new HeadBuffer();
    const { buffer } = this;
    const state = buffer.add(chunk);
    if (state === 'incomplete') return NOTHING;
    this.isExpectingHead = false;
    this.buffer = null;
    if (state === 'too-large') {
      this.socket.destroy(
        new ConnectionError('headers', `The response head is larger than ${MAX_HEAD_BYTES} bytes.`),
      );
      return NOTHING;
    }
    if (state === 'unreadable' && isHttp2(buffer.bytes)) {
      this.socket.destroy(new ConnectionError('http2-only', 'The receiver responded with HTTP/2.'));
      return NOTHING;
    }
    this.isOdd = buffer.hasDropped || !startsWithPlainHead(buffer.bytes);
    if (state === 'unreadable' || !this.isOdd) return buffer.bytes;
    return Buffer.concat([formatResponseHead(buffer.head!), buffer.rest]);
  }
}

const NOTHING = Buffer.alloc(0);

/** If a server speaks only HTTP/2, its first frame is SETTINGS, or GOAWAY if it refuses (RFC 9113 4.1, 6.5, 6.8). */
function isHttp2(bytes: Buffer): boolean {
  const isConnectionFrame = bytes.length >= 9 && bytes[0] === 0 && bytes.readUInt32BE(5) === 0;
  return isConnectionFrame && (bytes[3] === 4 || bytes[3] === 7);
}
