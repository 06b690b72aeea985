import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { formatInstant } from '../../core/instants.js';
import { LineLogger } from '../../core/line-logger.js';
import { type ErrorDetail, WebhooksRequestError } from '../../core/request-error.js';
import type { IncomingRequest } from '../incoming-request.js';
import { CallerFields } from './caller-fields.js';

/** The module's errors in a platform's own format. Errors of the host's guards stay as they are. */
@Injectable()
abstract class CompatErrorFilter implements ExceptionFilter<WebhooksRequestError> {
  protected abstract readonly fields: CallerFields;

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: WebhooksRequestError, context: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const http = context.switchToHttp();
    const details = error.details.map((detail) => this.fields.translate(detail));
    const { status, body } = this.shape(error, details, http.getRequest<IncomingRequest>());
    httpAdapter.reply(http.getResponse(), body, status);
  }

  /** @param details those of the error, with the caller's field names */
  protected abstract shape(
    error: WebhooksRequestError,
    details: readonly ErrorDetail[],
    request: IncomingRequest,
  ): { status: number; body: object };
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * Mobile Text Alerts: `{ httpCode, message, timestamp, type, name, requestId }`; a 422 becomes a 400. The platform publishes
 * the names of its errors, not their types: `type` is this module's stable code.
 */
@Catch(WebhooksRequestError)
export class MobileTextAlertsErrors extends CompatErrorFilter {
  protected readonly fields = new CallerFields({ events: { name: 'event', isSingle: true } });
  private readonly logger = new LineLogger('Webhooks');

  protected shape(
    error: WebhooksRequestError,
    details: readonly ErrorDetail[],
    { method, headers }: IncomingRequest,
  ): { status: number; body: object } {
    const httpCode = error.getStatus() === 422 ? 400 : error.getStatus();
    const message = details.map((detail) => detail.message).join(' ') || error.message;
    const given = String(headers?.['x-request-id']);
    const requestId = UUID.test(given) ? given : randomUUID();
    // Customers quote this id when they ask for support, so the log contains it.
    this.logger.debug(`Refused ${method} v3/webhooks, request ${requestId}: ${message}`);
    const timestamp = formatInstant(Date.now());
    const name = nameOf(httpCode);
    return { status: httpCode, body: { httpCode, message, timestamp, type: error.code, name, requestId } };
  }
}

/** Returns the platform's name for an error with this status: `BadRequestError`, `RateLimitError`, `NotFoundError`. */
function nameOf(status: number): string {
  return status === 429 ? 'RateLimitError' : `${STATUS_CODES[status]?.replaceAll(/\W/g, '') ?? ''}Error`;
}

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
  protected readonly fields = new CallerFields({
    secret: { name: 'signing_key' },
    phoneNumbers: { name: 'phone_numbers' },
  });

  protected shape(
    error: WebhooksRequestError,
    details: readonly ErrorDetail[],
    { method = 'POST' }: IncomingRequest,
  ): { status: number; body: object } {
    if (error.code === 'endpoint_limit')
      return { status: 402, body: { status: 'error', message: error.message } };
    if (details.length === 0) {
      return { status: error.getStatus(), body: { status: 'error', message: error.message } };
    }
    // Field names come from the request: a field named `constructor` must not find an inherited property.
    const data = Object.create(null) as Record<string, string[]>;
    for (const { field, message } of details) (data[field] ??= []).push(message);
    const message = `validation errors while ${HTTPSMS_OPERATIONS.get(method) ?? 'storing webhook'}`;
    return { status: 422, body: { status: 'error', message, data } };
  }
}
