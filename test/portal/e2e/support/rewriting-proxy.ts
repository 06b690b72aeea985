import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy that serves a host below a path that the host does not know. */
export class RewritingProxy {
  private constructor(
    private readonly server: Server,
    /** URL at which browsers reach the host through this proxy. */
    readonly url: string,
  ) {}

  static async start(target: string, prefix: string): Promise<RewritingProxy> {
    const server = createServer((incoming, response) => {
      const { method, headers, url = '' } = incoming;
      if (!url.startsWith(prefix)) return void response.writeHead(404).end();
      const outgoing = request(target + url.slice(prefix.length), { method, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      });
      outgoing.on('error', () => response.destroy());
      incoming.pipe(outgoing);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new RewritingProxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`);
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
