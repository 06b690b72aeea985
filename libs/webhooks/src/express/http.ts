import type { IncomingMessage, ServerResponse } from 'node:http';

declare global {
  // Hosts extend this interface with what their authentication adds to a request. Without Express's types, it is empty.
  namespace Express {
    // oxlint-disable-next-line typescript/no-empty-object-type -- the host fills it in
    interface Request {}
  }
}

/**
 * What `tenant` gets: the Express request, with what the host's `declare global { namespace Express { interface Request … } }`
 * adds. A host that needs other fields annotates the parameter with Express's own `Request`.
 *
 * The type is declared here and not imported, so that it fits the types of Express 4 and of Express 5.
 */
export interface WebhooksRequest extends IncomingMessage, Express.Request {
  /** A header. */
  get(name: string): string | undefined;
  /** The parameters of the route, and those of the path that the router is mounted at. */
  params: object;
}

/** Passes a request, or an error, on to the host's next handler. */
export type WebhooksNext = (error?: unknown) => void;

/** The routes, for `app.use()` of Express 4 or 5. Requests for other paths go to the host's next handler. */
export type WebhooksRouter = (request: IncomingMessage, response: ServerResponse, next: WebhooksNext) => void;
