import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { WebhooksRequestError } from '../../core/request-error.js';
import type { IncomingRequest } from '../caller.interceptor.js';

/** The module's errors in a platform's own format. Errors of the host's guards stay as they are. */
@Injectable()
abstract class CompatErrorFilter implements ExceptionFilter<WebhooksRequestError> {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: WebhooksRequestError, context: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const http = context.switchToHttp();
    const { status, body } = this.shape(error, http.getRequest<IncomingRequest>().method);
    httpAdapter.reply(http.getResponse(), body, status);
  }

  protected abstract shape(error: WebhooksRequestError, method?: string): { status: number; body: object };
}

/** Mobile Text Alerts: `{ httpCode, message }`; a 422 becomes a 400. */
@Catch(WebhooksRequestError)
export class MobileTextAlertsErrors extends CompatErrorFilter {
  protected shape(error: WebhooksRequestError): { status: number; body: object } {
    const status = error.getStatus() === 422 ? 400 : error.getStatus();
    return { status, body: { httpCode: status, message: error.message } };
  }
}

/** httpSMS's field names. */
const HTTPSMS_FIELDS = new Map([
  ['secret', 'signing_key'],
  ['phoneNumbers', 'phone_numbers'],
]);

/** The operation as httpSMS's error message names it, by HTTP method. */
const HTTPSMS_OPERATIONS = new Map([
  ['GET', 'fetching webhooks'],
  ['PUT', 'updating webhook'],
]);

/**
 * httpSMS: `{ status, message, data: { field: [messages] } }`. Invalid fields return 422; exceeding the endpoint limit
 * returns 402.
 */
@Catch(WebhooksRequestError)
export class HttpsmsErrors extends CompatErrorFilter {
  protected shape(error: WebhooksRequestError, method = 'POST'): { status: number; body: object } {
    if (error.code === 'endpoint_limit')
      return { status: 402, body: { status: 'error', message: error.message } };
    // Field names come from the request: `constructor` must not find an inherited property.
    const data = Object.create(null) as Record<string, string[]>;
    for (const { field, message } of error.details)
      (data[HTTPSMS_FIELDS.get(field) ?? field] ??= []).push(message);
    if (error.details.length === 0) {
      return { status: error.getStatus(), body: { status: 'error', message: error.message } };
    }
    const message = `validation errors while ${HTTPSMS_OPERATIONS.get(method) ?? 'storing webhook'}`;
    return { status: 422, body: { status: 'error', message, data } };
  }
}
