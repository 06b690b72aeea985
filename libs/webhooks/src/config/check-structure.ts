import type { Type } from '@nestjs/common';
import { InvalidOptionError } from '../core/errors.js';
import { readOptions } from './option.js';
import { type TenantProvider, WebhooksModuleStructure } from './structure-options.js';

/**
 * Checks what decides the module's shape, while `forRoot` runs.
 *
 * @returns those options alone
 * @throws InvalidOptionError
 */
export function checkStructure(given: WebhooksModuleStructure): WebhooksModuleStructure {
  const structure = readOptions(WebhooksModuleStructure, given);
  checkRoutes(structure);
  return structure;
}

/** Routes need guards and a tenant. With neither there are none; with one of them the other was forgotten. */
function checkRoutes(structure: WebhooksModuleStructure): void {
  const { controller, guards, tenant, allowUnauthenticated, role } = structure;
  if (controller === false || role === 'worker') return;
  const isGuarded = guards !== undefined || allowUnauthenticated === true;
  if (isGuarded && !tenant) {
    throw new InvalidOptionError(
      'tenant',
      undefined,
      'tenant is missing, although the routes have guards. Say whose webhooks a request is about, such as (request) => request.account.id',
    );
  }
  if (tenant && !isGuarded) {
    throw new InvalidOptionError(
      'guards',
      undefined,
      "guards is missing. Name the guards of the webhook routes, 'global' if your APP_GUARD protects them, or set allowUnauthenticated: true to leave them open",
    );
  }
}

/** A provider class, not a function of the request. `resolve` may be a field, which the prototype does not have. */
export function isTenantClass(tenant: object): tenant is Type<TenantProvider> {
  return (
    typeof (tenant as Type<TenantProvider>).prototype?.resolve === 'function' ||
    /^class\b/.test(Function.prototype.toString.call(tenant))
  );
}
