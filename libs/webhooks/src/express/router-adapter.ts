import type { ServerResponse } from 'node:http';
import { AbstractHttpAdapter } from '@nestjs/core';
import type { ErrorRequestHandler, Request, Response, Router } from 'express';
import { WebhooksRequestError } from '../core/request-error.js';
import type { WebhooksRouter } from './http.js';

/**
 * Lets Nest register its routes on an Express router instead of an application of its own. The server belongs to the host,
 * and so do all other paths.
 */
export class RouterAdapter extends AbstractHttpAdapter<undefined, Request, Response> {
  constructor(private readonly routes: Router) {
    super(routes);
  }

  get router(): WebhooksRouter {
    return this.routes as unknown as WebhooksRouter;
  }

  getType(): string {
    return 'express';
  }

  getRequestHostname({ hostname }: Request): string {
    return hostname;
  }

  getRequestMethod({ method }: Request): string {
    return method;
  }

  getRequestUrl({ originalUrl }: Request): string {
    return originalUrl;
  }

  status(response: Response, status: number): Response {
    return response.status(status);
  }

  reply(response: Response, body: unknown, status?: number): Response {
    if (status !== undefined) response.status(status);
    if (body === undefined || body === null) return response.send();
    return typeof body === 'object' ? response.json(body) : response.send(String(body));
  }

  end(response: Response, message?: string): ServerResponse {
    return response.end(message);
  }

  redirect(response: Response, status: number, url: string): void {
    response.redirect(status, url);
  }

  isHeadersSent({ headersSent }: Response): boolean {
    return headersSent;
  }

  getHeader(response: Response, name: string): unknown {
    return response.getHeader(name);
  }

  setHeader(response: Response, name: string, value: string): ServerResponse {
    return response.setHeader(name, value);
  }

  appendHeader(response: Response, name: string, value: string): Response {
    return response.append(name, value);
  }

  /** A request for another path goes to the host's next handler. */
  setNotFoundHandler(): void {}

  /**
   * Registers `handler` for requests that fail before they reach a route, if the error is the module's own. An example is the
   * 404 for an invalid id. All other errors go to the host.
   */
  setErrorHandler(handler: ErrorRequestHandler): void {
    this.routes.use(((error, request, response, next) =>
      error instanceof WebhooksRequestError
        ? handler(error, request, response, next)
        : next(error)) as ErrorRequestHandler);
  }

  /** Creates no server, because the host has one. */
  initHttpServer(): void {}

  /** There is no server to close. */
  close(): void {}

  registerParserMiddleware(): never {
    return belongsToHost('body parsers');
  }

  useStaticAssets(): never {
    return belongsToHost('static files');
  }

  setViewEngine(): never {
    return belongsToHost('views');
  }

  render(): never {
    return belongsToHost('views');
  }

  enableCors(): never {
    return belongsToHost('CORS');
  }

  createMiddlewareFactory(): never {
    return belongsToHost('middleware');
  }

  applyVersionFilter(): never {
    return belongsToHost('versions');
  }
}

/** Nest calls these methods only for features that the module does not use. */
function belongsToHost(what: string): never {
  throw new Error(`The webhooks' router has no ${what} of its own. Configure ${what} in the Express app.`);
}
