import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { WebhookInProgressError } from '../dedupe/webhook-in-progress.error.js';

/** The part of a response that Express and Fastify have in common. */
interface Response {
  status(code: number): this;
  header(name: string, value: string): this;
  send(body: object): unknown;
}

/** Responds with 503 and `Retry-After` if `handleOnce` says that another copy of the webhook is being handled. */
@Catch(WebhookInProgressError)
export class WebhookInProgressFilter implements ExceptionFilter<WebhookInProgressError> {
  catch({ status, retryAfterSeconds }: WebhookInProgressError, host: ArgumentsHost): void {
    host
      .switchToHttp()
      .getResponse<Response>()
      .status(status)
      .header('Retry-After', String(retryAfterSeconds))
      .send({ statusCode: status, message: 'Service Unavailable' });
  }
}
