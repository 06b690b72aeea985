import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import { map, type Observable } from 'rxjs';
import type { PortalOptions } from '../../config/portal-options.js';
import type { RouteDecorator } from '../../config/list-checks.js';
import { PORTAL } from '../portal.js';
import { maskAnswer } from './mask-answer.js';
import type { Shown } from './mask-payload.js';

const UNMASKED = 'webhooks:portal-unmasked';

/** Handlers of `WebhooksController` that return event types, or the tenant's own settings, such as URLs and secrets. */
export const SETTINGS_HANDLERS: ReadonlySet<string> = new Set([
  'create',
  'list',
  'get',
  'update',
  'pause',
  'resume',
  'account',
  'updateAccount',
  'eventTypes',
  'secret',
  'accountSecret',
  'rotateSecret',
  'rotateAccountSecret',
]);

/** Marks these handlers as unmasked. The responses of all others are masked, including those of new routes. */
export function unmasked(names: ReadonlySet<string>): RouteDecorator {
  return (_: object, name?: string | symbol, method?: PropertyDescriptor): void => {
    if (method && names.has(String(name))) SetMetadata(UNMASKED, true)(method.value);
  };
}

/** Masks the responses of the page's API, and keeps them out of caches. Comes before all other interceptors of the routes. */
@Injectable()
export class PageAnswers implements NestInterceptor {
  constructor(
    @Inject(PORTAL) private readonly portal: PortalOptions,
    private readonly host: HttpAdapterHost,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { httpAdapter } = this.host;
    const response = context.switchToHttp().getResponse<object>();
    httpAdapter.setHeader(response, 'Cache-Control', 'no-store');
    httpAdapter.setHeader(response, 'X-Content-Type-Options', 'nosniff');
    if (new Reflector().get<boolean | undefined>(UNMASKED, context.getHandler())) return next.handle();
    return next.handle().pipe(map((answer: unknown) => maskAnswer(answer, this.portal.show as Shown)));
  }
}
