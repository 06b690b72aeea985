import type { INestApplicationContext, Type } from '@nestjs/common';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { SETTINGS, type Settings } from '../config/settings.js';
import { WebhooksSetupError } from '../core/errors.js';
import { CONTROLLERS } from '../module/routes/mount-controller.js';
import { listNestRoutes, type RegisteredRoute } from '../module/routes/nest-routes.js';
import type { JsonSchema } from '../events/catalogue/json-schema.js';
import { toOpenApi30 } from './document/open-api-30.js';
import type { OpenApiPathItem, OperationOptions } from './document/open-api-document.js';
import { outgoingEvents } from './document/outgoing-events.js';
import { isDescribed, methodOf, pathItemsOf, scannedPath } from './document/path-items.js';
import { prefixSchemas } from './document/prefix-schemas.js';
import { schemas } from './schemas/schemas.js';

/** The parts of a document that {@link addWebhooksToOpenApi} reads. `SwaggerModule.createDocument` returns such a document. */
export interface HostDocument {
  openapi: string;
  paths: object;
  components?: object;
  webhooks?: object;
}

/**
 * Adds the routes of this module to the OpenAPI document of a Nest app, with the prefix, path and versions under which they
 * are mounted. Replaces what the scan of `@nestjs/swagger` has found of these routes. In a document of OpenAPI 3.1 or later,
 * adds the outgoing requests of each profile to `webhooks`; 3.0 has no place for them.
 *
 * Call this function after `setGlobalPrefix` and `enableVersioning`.
 *
 * @returns a new document; the given document stays as it is
 * @throws WebhooksSetupError if the app has no WebhooksModule, or if a different schema has the name of an added schema
 */
export function addWebhooksToOpenApi<Document extends HostDocument>(
  document: Document,
  app: INestApplicationContext,
  options: OperationOptions = {},
): Document {
  const { controllers, settings } = modulesOf(app);
  const own = listNestRoutes(app.get(ModulesContainer), app.get(ApplicationConfig))
    .filter(({ controller }) => controllers.includes(controller))
    .filter(isDescribed);
  const events = outgoingEvents(
    [...new Map(settings.flatMap(({ profiles }) => [...profiles])).values()],
    settings.flatMap(({ eventTypes }) => eventTypes ?? []),
  );
  const isOld = document.openapi.startsWith('3.0');
  const complete = prefixSchemas(
    {
      paths: pathItemsOf(own, options),
      webhooks: events.webhooks,
      components: { schemas: isOld ? schemas : { ...schemas, ...events.schemas } },
    },
    options.schemaPrefix,
  );
  const added = isOld ? toOpenApi30(complete) : complete;
  return {
    ...document,
    paths: mergePaths(withoutScanned(document.paths, own), added.paths),
    ...(!isOld && { webhooks: { ...document.webhooks, ...added.webhooks } }),
    components: {
      ...document.components,
      schemas: mergeSchemas(document.components ?? {}, added.components.schemas),
    },
  };
}

function modulesOf(app: INestApplicationContext): { controllers: Type<object>[]; settings: Settings[] } {
  const each = { strict: false, each: true } as const;
  try {
    return {
      controllers: app.get<symbol, Type<object>[]>(CONTROLLERS, each).flat(),
      settings: app.get<symbol, Settings>(SETTINGS, each),
    };
  } catch (error) {
    throw new WebhooksSetupError(
      'addWebhooksToOpenApi: this app has no WebhooksModule. Pass the app whose module imports it.',
      { cause: error },
    );
  }
}

/** Returns the paths without what `@nestjs/swagger` has found of this module's routes. */
function withoutScanned(paths: object, own: readonly RegisteredRoute[]): Record<string, OpenApiPathItem> {
  const found = new Set(own.map((route) => `${methodOf(route)} ${scannedPath(route.path)}`));
  const kept = Object.entries(paths as Record<string, OpenApiPathItem>).map(([path, item]) => {
    const methods = Object.entries(item).filter(([method]) => !found.has(`${method} ${path}`));
    return [path, Object.fromEntries(methods)] as const;
  });
  return Object.fromEntries(kept.filter(([, item]) => Object.keys(item).length > 0));
}

function mergePaths(
  paths: Record<string, OpenApiPathItem>,
  added: Record<string, OpenApiPathItem>,
): Record<string, OpenApiPathItem> {
  const merged = Object.entries(added).map(([path, item]) => [path, { ...paths[path], ...item }]);
  return { ...paths, ...Object.fromEntries(merged) };
}

function mergeSchemas(
  components: { schemas?: Record<string, JsonSchema> },
  added: Record<string, JsonSchema>,
): Record<string, JsonSchema> {
  const { schemas: given = {} } = components;
  const taken = Object.keys(added).find(
    (name) => name in given && JSON.stringify(given[name]) !== JSON.stringify(added[name]),
  );
  if (taken !== undefined) {
    throw new WebhooksSetupError(
      `addWebhooksToOpenApi: the document has a schema ${taken} of its own. Set schemaPrefix: 'Sms'.`,
    );
  }
  return { ...given, ...added };
}
