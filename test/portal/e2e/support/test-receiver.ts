import { createServer, type IncomingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** The response of a path. */
interface Answer {
  status: number;
  body?: string;
  headers?: Record<string, string>;
}

/** A request that arrived. */
export interface ReceivedWebhook {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A customer's server. It responds with 200, unless `answers` has another response for the path. */
export class TestReceiver {
  readonly answers = new Map<string, Answer>();
  readonly received: ReceivedWebhook[] = [];
  private readonly server = createServer(async (request, response) => {
    const path = request.url!;
    this.received.push({ path, headers: request.headers, body: await text(request) });
    const { status, body = '', headers = {} } = this.answers.get(path) ?? { status: 200 };
    response.writeHead(status, headers).end(body);
  });

  /** Returns the server's URL. */
  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
