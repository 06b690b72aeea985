import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { writePieces } from './raw-receiver.js';

/** A forward proxy that connects to 127.0.0.1 for every name. */
export class ForwardProxy {
  readonly asked: { authority: string; authorization: string | undefined }[] = [];
  /** Response that the proxy sends instead of opening a tunnel. `null`: the proxy never responds. */
  refusal: string | null | undefined;
  /** The response that opens a tunnel, written piece by piece. */
  established: readonly string[] = ['HTTP/1.1 200 Connection established\r\n\r\n'];
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  /** `tls`: clients speak TLS with the proxy itself. */
  constructor(tls?: TlsOptions) {
    this.server = tls ? createSecureServer(tls) : createServer();
  }

  /** Returns `host:port`. */
  async listen(port = 0): Promise<string> {
    this.server.on('connection', (socket) => this.sockets.add(socket));
    this.server.on('connect', (asked: IncomingMessage, socket: Socket) => this.tunnel(asked, socket));
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, 'close');
  }

  private tunnel(asked: IncomingMessage, socket: Socket): void {
    socket.on('error', () => undefined);
    this.asked.push({ authority: asked.url!, authorization: asked.headers['proxy-authorization'] });
    if (this.refusal === null) return;
    if (this.refusal) {
      socket.end(this.refusal);
      return;
    }
    const onward = connect(Number(asked.url!.split(':').at(-1)), '127.0.0.1', async () => {
      await writePieces(socket, this.established);
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    this.sockets.add(onward);
  }
}
