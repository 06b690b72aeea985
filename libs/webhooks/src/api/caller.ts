import {
  type CallHandler,
  createParamDecorator,
  type ExecutionContext,
  HttpStatus,
  Inject,
  Injectable,
  InternalServerErrorException,
  type NestInterceptor,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { catchError, type Observable, throwError } from 'rxjs';
import { requireTenant, TenantRequiredError } from '../core/tenant.js';
import { TENANT, type TenantProvider } from '../config/structure.js';
import { conflict, WebhooksRequestError } from '../core/request-error.js';
import { SecretUnreadableError } from '../secrets/secret-box.js';
import { LineLogger } from '../core/line-logger.js';

/** Who calls a route. */
export interface WebhookCaller {
  tenantId: string;
  /** The platform's request object, for the audit. */
  request: unknown;
}

const CALLERS = new WeakMap<object, WebhookCaller>();

/**
 * Finds out whose webhooks a request is about, once, after all guards: no handler runs without a tenant.
 * Also what all routes share: JSON only, `Retry-After` on a 429, and what is said of a secret that cannot be read.
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
    this.checkContentType(request as IncomingRequest);
    CALLERS.set(request, { tenantId: await this.tenantOf(request, context), request });
    return next.handle().pipe(
      catchError((error: unknown) => {
        const answer = this.toAnswer(error);
        if (answer instanceof WebhooksRequestError && answer.retryAfterSeconds !== undefined) {
          this.host.httpAdapter.setHeader(
            http.getResponse(),
            'Retry-After',
            String(answer.retryAfterSeconds),
          );
        }
        return throwError(() => answer);
      }),
    );
  }

  /**
   * A form of another site can send a body, but not one that says it is JSON. Its scripts can send no body at all without
   * the browser asking first, which is enough to rotate a secret.
   */
  protected checkContentType({ method, headers }: IncomingRequest): void {
    if (method === 'GET') return;
    const type = headers?.['content-type'];
    const fine =
      type === undefined ? !isOfOtherSite(headers) : /^application\/([\w.-]+\+)?json\b/i.test(String(type));
    if (fine) return;
    throw new WebhooksRequestError(
      HttpStatus.UNSUPPORTED_MEDIA_TYPE,
      'json_only',
      'Send JSON: content-type: application/json.',
    );
  }

  /** A stored secret that was moved or changed, or whose key is gone, is for the operator to look at; a new one helps. */
  private toAnswer(error: unknown): unknown {
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
      throw new WebhooksRequestError(
        HttpStatus.FORBIDDEN,
        'tenant_missing',
        'This request belongs to no account.',
      );
    }
  }
}

/** The caller of a route of ours, found by {@link CallerInterceptor}. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): WebhookCaller => {
  const caller = CALLERS.get(context.switchToHttp().getRequest<object>());
  if (!caller) throw new InternalServerErrorException('CallerInterceptor is missing on this controller.');
  return caller;
});

/** Of another origin, as the browser says, and without the header that no browser sends unasked. */
function isOfOtherSite(headers: IncomingRequest['headers']): boolean {
  const site = headers?.['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none' && !headers?.authorization;
}

/** What the checks read of a request, whatever the platform. */
export interface IncomingRequest {
  method?: string;
  headers?: Record<string, string | string[] | undefined>;
}
