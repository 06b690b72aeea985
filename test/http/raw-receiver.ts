import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';

/** Called with each complete request: its bytes, and its number on this connection, from 1. */
export type Answer = (socket: Socket, request: Buffer, nth: number) => void;

/** A receiver that reads and writes raw bytes, so that it can do what a well-behaved server never does. */
export class RawReceiver {
  readonly requests: Buffer[] = [];
  /** Connections accepted so far. */
  connections = 0;
  readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
    private readonly scheme: string,
  ) {}

  get origin(): string {
    return `${this.scheme}://127.0.0.1:${this.port}`;
  }

  /** Calls `greet` for each new connection, before any byte is read, and `answer` for each request. */
  static async listen(
    answer: Answer,
    { tls, greet }: { tls?: TlsOptions; greet?: (socket: Socket) => void } = {},
  ): Promise<RawReceiver> {
    const server = tls ? createTlsServer(tls) : createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const receiver = new RawReceiver(server, (server.address() as AddressInfo).port, tls ? 'https' : 'http');
    server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
      receiver.accept(socket, answer);
      greet?.(socket);
    });
    // In some tests, the client breaks off the handshake.
    server.on('tlsClientError', () => undefined);
    return receiver;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private accept(socket: Socket, answer: Answer): void {
    this.connections++;
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    let received = Buffer.alloc(0);
    let nth = 0;
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (let length = requestLength(received); length !== null; length = requestLength(received)) {
        const request = received.subarray(0, length);
        received = received.subarray(length);
        this.requests.push(request);
        answer(socket, request, ++nth);
      }
    });
  }
}

function requestLength(bytes: Buffer): number | null {
  const head = bytes.indexOf('\r\n\r\n');
  if (head < 0) return null;
  const declared = /\r\ncontent-length: (\d+)\r\n/i.exec(bytes.toString('latin1', 0, head + 2));
  const length = head + 4 + Number(declared?.[1] ?? 0);
  return bytes.length >= length ? length : null;
}

/** Writes each piece after the previous one was sent, so that they usually arrive one by one. */
export async function writePieces(socket: Socket, pieces: readonly (Buffer | string)[]): Promise<void> {
  for (const piece of pieces) {
    await new Promise((resolve) => {
      socket.write(piece, 'latin1', resolve);
    });
    await new Promise(setImmediate);
  }
}

/** A complete response, with its content-length. */
export function answerBytes(
  status: number,
  body: Buffer | string = '',
  headers: Record<string, string> = {},
): Buffer {
  const bytes = Buffer.from(body);
  const lines = Object.entries({ ...headers, 'content-length': String(bytes.length) }).map(
    ([n, v]) => `${n}: ${v}\r\n`,
  );
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} x\r\n${lines.join('')}\r\n`), bytes]);
}

/** Sends the same response to every request. */
export function always(
  status: number,
  body: Buffer | string = '',
  headers: Record<string, string> = {},
): Answer {
  const bytes = answerBytes(status, body, headers);
  return (socket) => socket.write(bytes);
}
