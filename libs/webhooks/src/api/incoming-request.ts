import type { Readable } from 'node:stream';

/** What the checks read of a request, whatever the platform. */
export interface IncomingRequest {
  method?: string;
  headers?: Record<string, string | string[] | undefined>;
  /** What the host's parser made of the body. */
  body?: unknown;
  /** On Fastify, the request of Node that it wraps. On Express, the request is that of Node itself. */
  raw?: Readable;
}
