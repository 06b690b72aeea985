import { SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { PortalScope } from '../../config/portal-options.js';
import type { RouteDecorator } from '../../config/list-checks.js';

/** `any`: each visitor may call the handler. */
export type NeededScope = PortalScope | 'any';

/** The scope that each handler of `WebhooksController` needs. The page does not serve handlers that are missing here. */
export const API_SCOPES: Readonly<Record<string, PortalScope>> = {
  list: 'read',
  get: 'read',
  stats: 'read',
  eventTypes: 'read',
  account: 'read',
  deliveries: 'read',
  deliveriesOf: 'read',
  delivery: 'read',
  subject: 'read',
  events: 'read',
  event: 'read',
  jobs: 'read',
  job: 'read',
  create: 'write',
  update: 'write',
  delete: 'write',
  pause: 'write',
  resume: 'write',
  test: 'write',
  cancel: 'write',
  cancelJob: 'write',
  updateAccount: 'write',
  retry: 'retry',
  recover: 'retry',
  replay: 'retry',
  secret: 'reveal',
  accountSecret: 'reveal',
  rotateSecret: 'rotate',
  rotateAccountSecret: 'rotate',
};

/** Handlers that change nothing if the body has `dryRun: true`. In this case, they need only `read`. */
const WITH_DRY_RUN = new Set(['recover', 'replay']);

const SCOPE = 'webhooks:portal-scope';

/** Decorates each handler with the scope that it needs. */
export function needsScope(scopeOf: (handlerName: string) => NeededScope | undefined): RouteDecorator {
  return (_: object, name?: string | symbol, method?: PropertyDescriptor): void => {
    const scope = method && scopeOf(String(name));
    if (scope) SetMetadata(SCOPE, scope)(method.value);
  };
}

/** Returns the scope that a request needs. `null`: the page does not serve this route. */
export function neededScope(handler: (...input: unknown[]) => unknown, body: unknown): NeededScope | null {
  const scope = new Reflector().get<NeededScope | undefined>(SCOPE, handler);
  if (scope === undefined) return null;
  const isDryRun = WITH_DRY_RUN.has(handler.name) && (body as { dryRun?: unknown } | null)?.dryRun === true;
  return isDryRun ? 'read' : scope;
}
