import { RequestMethod, type Type, VERSION_NEUTRAL, VersioningType } from '@nestjs/common';
import { type ApplicationConfig, type ModulesContainer } from '@nestjs/core';
import { handlerOf, handlersOf } from './mount-controller.js';
import { parsePattern, type RoutePattern } from './route-pattern.js';

type Version = string | symbol;

/** A route as it is registered at the HTTP server. */
export interface RegisteredRoute {
  controller: Type<object>;
  /** Name of the controller's method. Empty if there is none. */
  handlerName: string;
  /** For the operator: `POST /webhooks (WebhooksController.create)`. */
  name: string;
  method: RequestMethod;
  path: string;
  pattern: RoutePattern;
  /** Pattern of the path without the handler's own part. */
  base: RoutePattern;
  /** `null`: the route serves all versions, or the version is part of the path. */
  versions: readonly Version[] | null;
}

/** The routes of all controllers, in the order in which Nest registers them. */
export function listNestRoutes(modules: ModulesContainer, config: ApplicationConfig): RegisteredRoute[] {
  return [...modules.values()].flatMap(({ controllers, metatype }) => {
    const modulePath: string =
      Reflect.getMetadata(`__module_path__${modules.applicationId}`, metatype) ??
      Reflect.getMetadata('__module_path__', metatype) ??
      '';
    return [...controllers.values()].flatMap(({ metatype: controller }) =>
      routesOf(controller as Type<object>, modulePath, config),
    );
  });
}

/** The routes of one controller, below the path of its module. */
export function routesOf(
  controller: Type<object>,
  modulePath: string,
  config: ApplicationConfig,
): RegisteredRoute[] {
  return handlersOf(controller).flatMap((handlerName) => {
    const handler = handlerOf(controller.prototype, handlerName);
    const method: RequestMethod = Reflect.getMetadata('method', handler) ?? RequestMethod.GET;
    const versioning = config.getVersioning();
    const version =
      Reflect.getMetadata('__version__', handler) ??
      Reflect.getMetadata('__version__', controller) ??
      versioning?.defaultVersion;
    const versions = versioning && version !== undefined ? listOf<Version>(version) : null;
    const isInPath = versioning?.type === VersioningType.URI;
    const prefixes = isInPath && versions ? versions.map((each) => versionPrefix(each, versioning)) : [''];
    return prefixes.flatMap((prefix) =>
      listOf<string>(Reflect.getMetadata('path', controller)).flatMap((controllerPath) =>
        listOf<string>(Reflect.getMetadata('path', handler)).map((handlerPath): RegisteredRoute => {
          const unversioned = join(modulePath, controllerPath, handlerPath);
          const global = isExcluded(unversioned, method, config) ? '' : config.getGlobalPrefix();
          const path = join(global, prefix, unversioned);
          return {
            controller,
            handlerName,
            name: `${RequestMethod[method]} ${path} (${controller.name}.${handlerName})`,
            method,
            path,
            pattern: parsePattern(path),
            base: parsePattern(join(global, prefix, modulePath, controllerPath)),
            versions: isInPath ? null : versions,
          };
        }),
      ),
    );
  });
}

const listOf = <T>(given: T | readonly T[]): readonly T[] => (Array.isArray(given) ? given : [given as T]);

function versionPrefix(version: Version, { prefix }: { prefix?: string | false }): string {
  return version === VERSION_NEUTRAL ? '' : `${prefix === false ? '' : (prefix ?? 'v')}${String(version)}`;
}

function isExcluded(path: string, method: RequestMethod, config: ApplicationConfig): boolean {
  const { exclude = [] } = config.getGlobalPrefixOptions();
  return exclude.some(
    ({ pathRegex, requestMethod }) =>
      (requestMethod === RequestMethod.ALL || requestMethod === method) && pathRegex.test(path),
  );
}

const join = (...parts: string[]): string =>
  `/${parts
    .flatMap((part) => part.split('/'))
    .filter(Boolean)
    .join('/')}`;
