import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { catchError, from, mergeMap, type Observable, of, throwError } from 'rxjs';
import { badRequest } from '../core/request-error.js';
import { callerOf } from './caller.js';
import { IDEMPOTENCY_KEY, IdempotentCalls } from './idempotent-calls.js';
import type { IncomingRequest } from './incoming-request.js';

type RoutedRequest = IncomingRequest & { params?: unknown; query?: unknown };

/** Printable ASCII, as in draft-ietf-httpapi-idempotency-key-header. Quotes around a key are part of the key. */
const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Runs a `POST` with an `Idempotency-Key` once for each tenant, route and key. This interceptor comes after {@link
 * CallerInterceptor}, which finds the tenant.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly calls: IdempotentCalls,
    private readonly host: HttpAdapterHost,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<RoutedRequest>();
    const header = request.headers?.[IDEMPOTENCY_KEY.toLowerCase()];
    if (request.method !== 'POST' || header === undefined) return next.handle();
    const call = await this.calls.begin({
      tenantId: callerOf(request).tenantId,
      route: context.getHandler().name.slice(0, 64),
      key: readKey(header),
      fingerprint: fingerprintOf(request),
    });
    if ('answer' in call) {
      this.host.httpAdapter.setHeader(http.getResponse(), 'Idempotency-Replayed', 'true');
      return of(call.answer);
    }
    return next.handle().pipe(
      // A refused call has written nothing, and a failed call can be repeated, so the same key may be used again.
      catchError((error: unknown) => from(call.release()).pipe(mergeMap(() => throwError(() => error)))),
      mergeMap(async (answer: unknown) => {
        await call.finish(answer);
        return answer;
      }),
    );
  }
}

function readKey(header: string | string[]): string {
  if (typeof header === 'string' && KEY.test(header)) return header;
  const message = `${IDEMPOTENCY_KEY} must have 1 to 255 printable ASCII characters without spaces.`;
  throw badRequest({ field: IDEMPOTENCY_KEY, code: 'invalid', message });
}

/** What the call asks for: its query, its body, and the ids in its path. */
function fingerprintOf({ params = {}, query = {}, body = {} }: RoutedRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([params, query, body]))
    .digest('hex');
}
