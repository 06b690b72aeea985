import type { Type } from '@nestjs/common';
import { InvalidOptionError } from '../core/errors.js';
import { readOptions } from './option.js';
import type { PortalOptions } from './portal-options.js';
import { type TenantProvider, WebhooksModuleStructure } from './structure-options.js';

/**
 * While `forRoot` runs, checks the options that decide which providers and controllers exist.
 *
 * @returns only those options
 * @throws InvalidOptionError
 */
export function checkStructure(given: WebhooksModuleStructure): WebhooksModuleStructure {
  const structure = readOptions(WebhooksModuleStructure, given);
  checkRoutes(structure);
  if (structure.portal) checkPortal(structure, structure.portal);
  return structure;
}

/** Routes need guards and a tenant. With neither, no routes are mounted. With only one of them, the other was forgotten. */
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

/** The page needs routes, and a guard or session that says who may see it. No option opens it to everybody in production. */
function checkPortal(structure: WebhooksModuleStructure, { access, ...portal }: PortalOptions): void {
  const { guards = structure.guards } = portal;
  const refuse = (option: string, problem: string) => new InvalidOptionError(option, undefined, problem);
  if (structure.role === 'worker') {
    throw refuse(
      'portal',
      'a process with role: "worker" has no routes, so it cannot serve the webhooks page. Set portal only where role is "api" or "all"',
    );
  }
  if (access === 'session') return;
  if (guards === undefined && !(structure.allowUnauthenticated && process.env.NODE_ENV !== 'production')) {
    throw refuse(
      'portal.guards',
      `portal.guards is missing: with access: "${access}", your guards decide who sees the webhooks page. Set guards, or portal.guards` +
        (structure.allowUnauthenticated ? '. allowUnauthenticated does not open the page in production' : ''),
    );
  }
  if (!structure.tenant) {
    throw refuse(
      'tenant',
      `tenant is missing: with access: "${access}", it says whose webhooks the page shows, such as (request) => request.account.id`,
    );
  }
  if (access === 'both' && guards === 'global') {
    throw refuse(
      'portal.guards',
      'portal.guards is missing: access: "both" needs a list of guards, because an APP_GUARD also checks requests with a session token',
    );
  }
}

/**
 * Whether `tenant` is a provider class, not a function. Also looks for `class` in the source, because a class whose `resolve`
 * is a field has no `resolve` on its prototype.
 */
export function isTenantClass(tenant: object): tenant is Type<TenantProvider> {
  return (
    typeof (tenant as Type<TenantProvider>).prototype?.resolve === 'function' ||
    /^class\b/.test(Function.prototype.toString.call(tenant))
  );
}
