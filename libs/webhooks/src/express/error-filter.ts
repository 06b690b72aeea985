import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { WebhooksRequestError } from '../core/request-error.js';
import type { WebhooksNext } from './http.js';
import type { RouterAdapter } from './router-adapter.js';

/** Responds to the routes' own errors, unless `passErrors` is set. Passes all other errors to the host's error handler. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly adapter: RouterAdapter,
    private readonly passErrors: boolean,
  ) {}

  catch(error: unknown, context: ArgumentsHost): void {
    const http = context.switchToHttp();
    if (error instanceof WebhooksRequestError && !this.passErrors)
      this.adapter.reply(http.getResponse(), error.getResponse(), error.getStatus());
    else http.getNext<WebhooksNext>()(error);
  }
}
