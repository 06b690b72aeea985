import { InvalidOptionError } from '../core/errors.js';
import { check, flag, oneOf } from './option-checks.js';
import type { TenantProvider, WebhooksModuleStructure } from './structure.js';
import type { Type } from '@nestjs/common';

/** Checks what decides the module's shape, while `forRoot` runs. Throws {@link InvalidOptionError}. */
export function checkStructure(structure: WebhooksModuleStructure): void {
  const { dataSource, tablePrefix = '', imports, path, controller, tenant, compat } = structure;
  const named = typeof dataSource === 'string' && dataSource !== '';
  const given = typeof dataSource === 'object' && dataSource !== null && 'options' in dataSource;
  check(
    dataSource === undefined || named || given,
    'dataSource',
    dataSource,
    'use the name of a data source, or a DataSource',
  );
  check(
    typeof tablePrefix === 'string' && /^[a-z_]?[a-z0-9_]{0,40}$/.test(tablePrefix),
    'tablePrefix',
    tablePrefix,
    'use lower-case letters, digits and underscores, at most 41',
  );
  check(
    imports === undefined || Array.isArray(imports),
    'imports',
    imports,
    'use a list of what the guards and the tenant provider need',
  );
  check(
    path === undefined || typeof path === 'string',
    'path',
    path,
    'use a path below the prefix of the app, such as "webhooks"',
  );
  check(
    controller === undefined || controller === false || typeof controller === 'function',
    'controller',
    controller,
    'use a class that extends WebhooksController, or false for no routes',
  );
  check(
    tenant === undefined || typeof tenant === 'function',
    'tenant',
    tenant,
    'use a function of the request, or a class with a resolve method',
  );
  check(
    compat === undefined || Array.isArray(compat),
    'compat',
    compat,
    'use a list, such as ["mobile-text-alerts"]',
  );
  oneOf('role', structure.role, ['all', 'api', 'worker']);
  flag('isGlobal', structure.isGlobal);
  flag('allowUnauthenticated', structure.allowUnauthenticated);
  checkGuards(structure);
  checkRoutes(structure);
}

function checkGuards({ guards }: WebhooksModuleStructure): void {
  if (guards === undefined || guards === 'global') return;
  const fine =
    Array.isArray(guards) &&
    guards.length > 0 &&
    guards.every((guard) => typeof guard === 'function' || typeof guard?.canActivate === 'function');
  check(fine, 'guards', guards, "use a list of one guard or more, or 'global' if your APP_GUARD serves");
}

/** Routes need guards and a tenant. With neither there are none; with one of them the other was forgotten. */
function checkRoutes(structure: WebhooksModuleStructure): void {
  const { controller, guards, tenant, allowUnauthenticated, role } = structure;
  if (controller === false || role === 'worker') return;
  const guarded = guards !== undefined || allowUnauthenticated === true;
  if (guarded && !tenant) {
    throw new InvalidOptionError(
      'tenant',
      tenant,
      'say whose webhooks a request is about: (request) => request.account.id',
    );
  }
  if (tenant && !guarded) {
    throw new InvalidOptionError(
      'guards',
      guards,
      "name the guards of the webhook routes, 'global' if your APP_GUARD serves, or allowUnauthenticated: true to leave them open",
    );
  }
}

/** A provider class, not a function of the request. `resolve` may be a field, which no prototype knows. */
export function isTenantClass(tenant: object): tenant is Type<TenantProvider> {
  return (
    typeof (tenant as Type<TenantProvider>).prototype?.resolve === 'function' ||
    /^class\b/.test(Function.prototype.toString.call(tenant))
  );
}
