import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const end =
  (status: number, body = '', headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'text/plain', server: 'nginx', ...headers }).end(body);
  };

const ANSWERS: Record<string, Answer> = {
  '/ok': end(200, 'ok'),
  '/broken': end(500, '{"error":"Cannot read properties of undefined (reading \'id\')"}'),
  '/busy': end(503, 'Service Unavailable', { 'retry-after': '120' }),
  '/moved': end(301, '', { location: 'https://www.example.com/hooks' }),
  '/unauthorized': end(401, '{"message":"Missing API key"}'),
  '/gone': end(410, 'Gone'),
  /** Never answers. */
  '/silent': () => {},
};

/** The customers' servers of the demo: the first segment of a path selects one of the responses above. */
export class Receivers {
  /** Statuses that replace responses: after `statuses.set('/ok', 500)`, all paths below `/ok` respond with 500. */
  readonly statuses = new Map<string, number>();
  private readonly server = createServer((request, response) => {
    request.resume().on('end', () => this.answer(request, response));
  });
  url = '';

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const [, first] = request.url!.split('/');
    const path = `/${first}`;
    const status = this.statuses.get(path);
    (status ? end(status) : (ANSWERS[path] ?? end(404, 'Not found')))(request, response);
  }
}
