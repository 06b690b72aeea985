import type { Type } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { HttpsmsController } from '../api/compat/httpsms.controller.js';
import { MobileTextAlertsController } from '../api/compat/mobile-text-alerts.controller.js';
import { WebhooksController } from '../api/webhooks.controller.js';
import type { CompatPlatform } from '../config/structure-options.js';
import { toCatalogueEntry } from '../config/event-types.js';
import type { CustomEventType } from '../events/catalogue/custom-event-type.js';
import { mountController } from '../module/routes/mount-controller.js';
import { routesOf } from '../module/routes/nest-routes.js';
import { builtInProfiles } from '../profiles/dialects/built-in-profiles.js';
import type { Profile } from '../profiles/profile.js';
import type { OpenApiDocument, OperationOptions } from './document/open-api-document.js';
import { prefixSchemas } from './document/prefix-schemas.js';
import { outgoingEvents } from './document/outgoing-events.js';
import { pathItemsOf } from './document/path-items.js';
import { schemas } from './schemas/schemas.js';

/** What {@link webhooksOpenApi} describes. */
export interface OpenApiOptions extends OperationOptions {
  /** Path of the routes, as in the module's option `path`. Default `webhooks`. */
  path?: string;
  /** What precedes the path, such as `api/v1`. Default none. */
  prefix?: string;
  /** Platforms whose registration routes are mounted. Default none. */
  compat?: readonly CompatPlatform[];
  /** Profiles whose outgoing requests are described. Default: the built-in ones. */
  profiles?: readonly Profile[];
  /** The host's own event types. Default none. */
  eventTypes?: readonly CustomEventType[];
  /** Default `Webhooks`. */
  title?: string;
  /** Version of the host's API. Default `1`. */
  version?: string;
  servers?: OpenApiDocument['servers'];
  /** The security schemes that `security` names. */
  securitySchemes?: OpenApiDocument['components']['securitySchemes'];
}

const COMPAT: Readonly<Record<CompatPlatform, Type<object>>> = {
  'mobile-text-alerts': MobileTextAlertsController as Type<object>,
  httpsms: HttpsmsController as Type<object>,
};

/** Returns an OpenAPI 3.1 document of the routes and of the outgoing requests. In a Nest app, see {@link addWebhooksToOpenApi}. */
export function webhooksOpenApi(options: OpenApiOptions = {}): OpenApiDocument {
  const { path, prefix = '', compat = [], profiles = builtInProfiles, eventTypes = [] } = options;
  const { title = 'Webhooks', version = '1', servers, security, securitySchemes, schemaPrefix } = options;
  const config = new ApplicationConfig();
  config.setGlobalPrefix(prefix);
  const controllers = [
    mountController(WebhooksController, { guards: [], decorators: [], path }),
    ...compat.map((platform) => COMPAT[platform]),
  ];
  const routes = controllers.flatMap((controller) => routesOf(controller, '', config));
  const events = outgoingEvents(profiles, eventTypes.map(toCatalogueEntry));
  // The document's `security` applies to each route, so the routes do not repeat it.
  const document: OpenApiDocument = {
    openapi: '3.1.0',
    info: { title, version },
    ...(servers && { servers }),
    ...(security && { security }),
    paths: pathItemsOf(routes, { ...options, security: undefined }),
    webhooks: events.webhooks,
    components: {
      schemas: { ...schemas, ...events.schemas },
      ...(securitySchemes && { securitySchemes }),
    },
  };
  return prefixSchemas(document, schemaPrefix);
}
