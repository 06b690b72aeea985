import type { ServerResponse } from 'node:http';

/** A whole response. */
export interface PageResponse {
  status: number;
  headers: Record<string, string>;
  body?: string | Buffer;
}

/** What this file uses of Fastify, which is not a dependency. */
interface FastifyReply {
  code(status: number): FastifyReply;
  headers(headers: Record<string, string>): FastifyReply;
  send(body?: string | Buffer): unknown;
}

const isFastify = (response: object): response is FastifyReply => 'hijack' in response;

/** Sends a response on Express or Fastify. Keeps the host's headers, except those that `headers` replaces. */
export function respond(response: object, { status, headers, body }: PageResponse): void {
  if (isFastify(response)) void response.code(status).headers(headers).send(body);
  else (response as ServerResponse).writeHead(status, headers).end(body);
}
