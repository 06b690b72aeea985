import { createParamDecorator, type ExecutionContext, InternalServerErrorException } from '@nestjs/common';

/** Who calls a route. */
export interface WebhookCaller {
  tenantId: string;
  /** Who makes the call, if known: a visitor of the webhooks page. */
  actor?: string;
  /** The request object of Express or Fastify, for the audit. */
  request: unknown;
}

/** Callers by request, as `CallerInterceptor` found them. */
const CALLERS = new WeakMap<object, WebhookCaller>();

/** What a guard of this module already knows of the caller. */
const KNOWN = new WeakMap<object, Partial<WebhookCaller>>();

/** Notes what a guard knows of the caller. `CallerInterceptor` asks the host for the tenant only if `caller` has none. */
export function knowCaller(request: object, caller: Partial<WebhookCaller>): void {
  KNOWN.set(request, caller);
}

export const knownCaller = (request: object): Partial<WebhookCaller> => KNOWN.get(request) ?? {};

export function setCaller(request: object, caller: WebhookCaller): void {
  CALLERS.set(request, caller);
}

/** The caller that `CallerInterceptor` has found for a request. */
export function callerOf(request: object): WebhookCaller {
  const caller = CALLERS.get(request);
  if (caller) return caller;
  throw new InternalServerErrorException(
    'This controller has no CallerInterceptor: add @UseInterceptors(CallerInterceptor).',
  );
}

/** The caller that `CallerInterceptor` has found for the current request. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): WebhookCaller =>
  callerOf(context.switchToHttp().getRequest<object>()),
);
