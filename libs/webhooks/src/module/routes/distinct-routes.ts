import { isDeepStrictEqual } from 'node:util';
import type { Type } from '@nestjs/common';
import type { Route } from './anonymous-request.js';
import { handlerOf, handlersOf } from './mount-controller.js';

/** Keys of the metadata that every handler has and that no guard reads: the route itself and its documentation. */
const NOT_FOR_GUARDS =
  /^(path|method|__httpCode__|__headers__|__routeArguments__|design:|swagger\/|webhooks:)/;

/** Returns one route of a controller for each distinct set of metadata for guards. `create` comes first, if it exists. */
export function distinctRoutes(controller: Type<object>): Route[] {
  const names = handlersOf(controller).toSorted((a, b) => Number(b === 'create') - Number(a === 'create'));
  const routes: { route: Route; metadata: Map<unknown, unknown> }[] = [];
  for (const name of names) {
    const handler = handlerOf(controller.prototype, name);
    const metadata = metadataOf(handler);
    if (!routes.some((other) => isDeepStrictEqual(other.metadata, metadata)))
      routes.push({ route: { controller, handler }, metadata });
  }
  return routes.map(({ route }) => route);
}

function metadataOf(handler: object): Map<unknown, unknown> {
  const keys = Reflect.getMetadataKeys(handler).filter(
    (key) => typeof key === 'symbol' || !NOT_FOR_GUARDS.test(String(key)),
  );
  return new Map(keys.map((key) => [key, Reflect.getMetadata(key, handler) as unknown]));
}
