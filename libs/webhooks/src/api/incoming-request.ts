import type { Readable } from 'node:stream';

/** The part of a request that the checks read, on Express and on Fastify. */
export interface IncomingRequest {
  method?: string;
  headers?: Record<string, string | string[] | undefined>;
  /** The body as the host's parser returned it. */
  body?: unknown;
  /** Node's request, which Fastify wraps. Missing on Express, where the request itself is Node's request. */
  raw?: Readable;
}
