import { type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { apiProviders, compatRoutes } from './api.providers.js';
import { FastifyBodies, ownRoute } from '../api/fastify-bodies.js';
import { WebhooksController } from '../api/webhooks.controller.js';
import { webhooksEntitiesWith } from '../store/schema/entities.js';
import {
  STRUCTURE,
  TENANT,
  type TenantProvider,
  type TenantResolver,
  type WebhooksModuleStructure,
} from '../config/structure-options.js';
import { checkStructure, isTenantClass } from '../config/check-structure.js';
import { DATA_SOURCE } from '../store/store.js';
import { WorkerLifecycle } from '../engine/worker-lifecycle.js';
import { hiddenFromScan } from './routes/hidden-from-scan.js';
import { CONTROLLERS, mountController } from './routes/mount-controller.js';
import { RouteConflictCheck } from './routes/route-conflict-check.js';
import { OwnErrors } from './routes/own-errors.js';
import { OpenRoutesCheck } from './routes/open-routes-check.js';
import { portalControllersOf, portalProvidersOf } from './mount-portal.js';
import { engineProviders, baseProviders } from './providers.js';
import { WebhooksService } from '../webhooks.service.js';

/** Builds the dynamic module's imports, providers and controllers from the static part of the options. */
export function assembleModule(definition: DynamicModule, given: WebhooksModuleStructure): DynamicModule {
  const structure = checkStructure(given);
  const { imports = [], isGlobal = false } = structure;
  const pages = portalControllersOf(structure);
  const controllers = [...controllersOf(structure), ...pages];
  return {
    ...definition,
    global: isGlobal,
    imports: [...(definition.imports ?? []), ...imports, ...entityImports(structure), FastifyBodies],
    controllers,
    providers: [
      ...(definition.providers ?? []),
      { provide: STRUCTURE, useValue: structure },
      { provide: CONTROLLERS, useValue: controllers },
      RouteConflictCheck,
      OpenRoutesCheck,
      OwnErrors,
      dataSourceProvider(structure),
      ...tenantProviders(structure),
      ...baseProviders,
      ...engineProviders,
      ...apiProviders,
      ...portalProvidersOf(structure, pages),
      WorkerLifecycle,
      WebhooksService,
    ],
    exports: [WebhooksService],
  };
}

/** Entities for `autoLoadEntities`, which knows data sources by name. A data source object lists its entities itself. */
function entityImports({ dataSource, tablePrefix = '' }: WebhooksModuleStructure): DynamicModule[] {
  if (typeof dataSource === 'object') return [];
  return [TypeOrmModule.forFeature(webhooksEntitiesWith(tablePrefix), dataSource)];
}

function dataSourceProvider({ dataSource }: WebhooksModuleStructure): Provider {
  if (typeof dataSource === 'object') return { provide: DATA_SOURCE, useValue: dataSource };
  return { provide: DATA_SOURCE, useExisting: getDataSourceToken(dataSource) };
}

function tenantProviders({ tenant }: WebhooksModuleStructure): Provider[] {
  if (!tenant) return [{ provide: TENANT, useValue: null }];
  if (isTenantClass(tenant)) return [{ provide: TENANT, useClass: tenant }];
  const resolve = tenant as TenantResolver;
  const provider: TenantProvider = { resolve: (request, context) => resolve(request as never, context) };
  return [{ provide: TENANT, useValue: provider }];
}

/** Routes exist only with a tenant resolver, and with guards or `allowUnauthenticated`. */
function controllersOf(structure: WebhooksModuleStructure): Type<object>[] {
  const {
    controller = WebhooksController,
    guards,
    tenant,
    allowUnauthenticated,
    role,
    path,
    decorators = [],
    compat = [],
  } = structure;
  if (controller === false || role === 'worker') return [];
  const isAllowed = guards !== undefined || allowUnauthenticated === true;
  if (!isAllowed || !tenant) return [];
  const ownGuards = guards === undefined || guards === 'global' ? [] : guards;
  return [
    mountController(controller, {
      guards: ownGuards,
      decorators: [...decorators, ownRoute(null), hiddenFromScan(WebhooksController)],
      path,
    }),
    ...compat
      .map((platform) => compatRoutes[platform])
      .map(({ controller: each, errors }) =>
        mountController(each, {
          guards: ownGuards,
          decorators: [...decorators, ownRoute(errors), hiddenFromScan(each)],
        }),
      ),
  ];
}
