import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { catchError, type Observable, throwError } from 'rxjs';
import { WebhooksNotReadyError } from '../core/errors.js';
import { LineLogger } from '../core/line-logger.js';
import { conflict, notReady, tenantMissing, WebhooksRequestError } from '../core/request-error.js';
import { requireTenant, TenantRequiredError } from '../core/tenant.js';
import { TENANT, type TenantProvider } from '../config/structure-options.js';
import { SecretUnreadableError } from '../secrets/secret-box.js';
import { knownCaller, setCaller } from './caller.js';
import { isFromOtherSite } from './cross-site.js';
import type { IncomingRequest } from './incoming-request.js';
import { limitHeaders } from './limit-headers.js';
import { contentTypeOf, discardBody, hasBody, isJson, jsonOnly, wasParsed } from './request-body.js';

/**
 * Finds the tenant of a request, once, after all guards: no handler runs without a tenant. It also does what all routes
 * share: accepts only JSON, sets `Retry-After` and `RateLimit` on a 429, and turns missing tables into a 503 and an
 * unreadable stored secret into a 409.
 */
@Injectable()
export class CallerInterceptor implements NestInterceptor {
  private readonly logger = new LineLogger('Webhooks');

  constructor(
    @Inject(TENANT) private readonly tenants: TenantProvider,
    private readonly host: HttpAdapterHost,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<object>();
    await this.checkBody(request as IncomingRequest);
    const known = knownCaller(request);
    const tenantId = known.tenantId ?? (await this.tenantOf(request, context));
    setCaller(request, { ...known, tenantId, request });
    return next.handle().pipe(
      catchError((thrown: unknown) => {
        const error = this.toRequestError(thrown);
        if (error instanceof WebhooksRequestError) {
          const { httpAdapter } = this.host;
          for (const [name, value] of limitHeaders(error))
            httpAdapter.setHeader(http.getResponse(), name, value);
        }
        return throwError(() => error);
      }),
    );
  }

  private async checkBody(request: IncomingRequest): Promise<void> {
    if (request.method === 'GET' || request.method === 'HEAD') return;
    const isParsed = wasParsed(request);
    if (!isParsed && !(await hasBody(request))) {
      // Without a body, any content type is accepted, because many clients send the type of a form by default. Only a request
      // from a page of another site must have the content type JSON.
      if (!isJson(contentTypeOf(request)) && isFromOtherSite(request)) throw jsonOnly();
      return;
    }
    this.checkContentType(request);
    if (isParsed) return;
    if (/^application\/json\b/i.test(contentTypeOf(request)))
      this.logger.error('A JSON body was not parsed: the webhook routes need a JSON body parser in this app');
    discardBody(request);
    throw jsonOnly();
  }

  /** Protects hosts that authenticate by cookie: a page of another site can send a body, but not as JSON. */
  protected checkContentType(request: IncomingRequest): void {
    const type = contentTypeOf(request);
    const isAllowed = type === '' ? !isFromOtherSite(request) : isJson(type);
    if (isAllowed) return;
    discardBody(request);
    throw jsonOnly();
  }

  /**
   * Turns missing tables into a 503. Turns a stored secret that cannot be opened into a 409: the secret was moved or
   * changed, or its key is missing. The log tells the operator why; the tenant can rotate the secret.
   */
  private toRequestError(error: unknown): unknown {
    if (error instanceof WebhooksNotReadyError) return notReady();
    if (!(error instanceof SecretUnreadableError)) return error;
    this.logger.error(error.message);
    return conflict('secret_unreadable', 'The stored secret cannot be read. Rotate it to get a new one.');
  }

  private async tenantOf(request: object, context: ExecutionContext): Promise<string> {
    try {
      return requireTenant(await this.tenants.resolve(request, context));
    } catch (error) {
      if (!(error instanceof TenantRequiredError)) throw error;
      this.logger.error(`${error.message} (${context.getClass().name}.${context.getHandler().name})`);
      throw tenantMissing();
    }
  }
}
