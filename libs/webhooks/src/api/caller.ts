import { createParamDecorator, type ExecutionContext, InternalServerErrorException } from '@nestjs/common';

/** Who calls a route. */
export interface WebhookCaller {
  tenantId: string;
  /** The platform's request object, for the audit. */
  request: unknown;
}

/** Callers by request, as `CallerInterceptor` found them. */
const CALLERS = new WeakMap<object, WebhookCaller>();

export function setCaller(request: object, caller: WebhookCaller): void {
  CALLERS.set(request, caller);
}

/** The caller of a request, which `CallerInterceptor` has found. */
export function callerOf(request: object): WebhookCaller {
  const caller = CALLERS.get(request);
  if (caller) return caller;
  throw new InternalServerErrorException(
    'This controller has no CallerInterceptor: add @UseInterceptors(CallerInterceptor).',
  );
}

/** The caller of a route, which `CallerInterceptor` has found. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): WebhookCaller =>
  callerOf(context.switchToHttp().getRequest<object>()),
);
