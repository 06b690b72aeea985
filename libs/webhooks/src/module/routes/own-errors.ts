import { HttpStatus, Inject, Injectable, type OnModuleInit, RequestMethod, type Type } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { toBodyError } from '../../api/body-errors.js';
import { errorFilterOf, respondWith } from '../../api/fastify-bodies.js';
import { decodeDeliveryId, decodeId } from '../../core/ids.js';
import { notFound, WebhooksRequestError } from '../../core/request-error.js';
import { CONTROLLERS, handlerOf, handlersOf } from './mount-controller.js';
import { listNestRoutes, type RegisteredRoute } from './nest-routes.js';
import { matchesPath, parsePattern, type RoutePattern } from './route-pattern.js';

interface Request {
  method: string;
  /** The path, relative to the app or router at which this module's routes are registered. */
  url: string;
  /** On Fastify: no route matches. */
  is404?: boolean;
  /** On Fastify, `wh_:id` also matches without an id. */
  params?: { id?: string };
}

/** `null`: no error. */
type Next = (error: unknown) => void;

/** A kind of id that occurs in paths. */
interface PathId {
  kind: Parameters<typeof notFound>[0];
  prefix: string;
  isValid: (id: string) => boolean;
}

const IDS: readonly PathId[] = [
  { kind: 'endpoint', prefix: 'wh_', isValid: (id) => decodeId('wh', id) !== null },
  { kind: 'delivery', prefix: 'dlv_', isValid: (id) => decodeDeliveryId(id) !== null },
  { kind: 'event', prefix: 'evt_', isValid: (id) => decodeId('evt', id) !== null },
  { kind: 'job', prefix: 'job_', isValid: (id) => decodeId('job', id) !== null },
];

/** The place of an id in a path. */
interface IdPath extends PathId {
  /** The segments before the id. */
  before: RoutePattern;
  /** Number of these segments. */
  depth: number;
}

/**
 * Gives a `code` to errors that end a request to this module's routes before a handler runs. Either a parser of the host
 * refuses the body, or the router refuses the id (`dlv_`, `wh_%ff`, a very long id). Errors of other paths stay as they are.
 */
@Injectable()
export class OwnErrors implements OnModuleInit {
  private routes: RegisteredRoute[] = [];
  private idPaths: IdPath[] = [];

  constructor(
    @Inject(CONTROLLERS) private readonly controllers: Type<object>[],
    private readonly host: HttpAdapterHost,
    private readonly config: ApplicationConfig,
    private readonly modules: ModulesContainer,
  ) {}

  /** At this time, Nest has registered all routes, but not yet its handlers for other paths and for errors. */
  onModuleInit(): void {
    const adapter = this.host?.httpAdapter;
    if (this.controllers.length === 0 || !adapter) return;
    this.routes = listNestRoutes(this.modules, this.config).filter(({ controller }) =>
      this.controllers.includes(controller),
    );
    this.idPaths = this.routes.flatMap(toIdPath);
    if (adapter.getType() === 'fastify') {
      const fastify = adapter.getInstance<{ addHook(name: 'onRequest', hook: object): void }>();
      fastify.addHook('onRequest', (request: Request, _: object, next: Next) =>
        next(request.is404 || request.params?.id === '' ? this.findMissing(request) : null),
      );
      return;
    }
    adapter.use((request: Request, _: object, next: Next) => next(this.findMissing(request)));
    adapter.use((error: unknown, request: Request, response: object, next: Next) =>
      this.pass(error, { request, response }, next),
    );
  }

  private pass(error: unknown, call: { request: Request; response: object }, next: Next): void {
    const missing = error instanceof URIError ? this.findMissing(call.request) : null;
    const own = missing ?? toBodyError(error);
    const route = own && this.findRoute(call.request);
    if (!own || (!route && !missing)) {
      next(error);
      return;
    }
    const [handler] = route ? handlersOf(route.controller) : [];
    const filter =
      handler === undefined ? null : errorFilterOf(handlerOf(route!.controller.prototype, handler));
    if (filter === null) next(own);
    else respondWith(filter, this.host, own, call);
  }

  private findRoute({ method, url }: Request): RegisteredRoute | undefined {
    return this.routes.find(
      (route) => RequestMethod[route.method] === method && matchesPath(route.pattern, pathOf(url)),
    );
  }

  /** Returns the 404 for a path that has an id of this module but matches no route. `null`: the path has no such id. */
  private findMissing({ method, url }: Request): WebhooksRequestError | null {
    const path = pathOf(url);
    for (const { kind, prefix, isValid, before, depth } of this.idPaths) {
      const id = path.split('/').filter(Boolean)[depth];
      if (!id?.startsWith(prefix) || !matchesPath(before, path, true)) continue;
      if (!isValid(id)) return notFound(kind);
      return new WebhooksRequestError(
        HttpStatus.NOT_FOUND,
        'route_not_found',
        `No route takes ${method} at this path.`,
      );
    }
    return null;
  }
}

const pathOf = (url: string): string => url.split('?', 1)[0]!;

function toIdPath({ path }: RegisteredRoute): IdPath[] {
  const segments = path.split('/').filter(Boolean);
  for (const id of IDS) {
    const depth = segments.indexOf(`${id.prefix}:id`);
    if (depth !== -1) return [{ ...id, before: parsePattern(segments.slice(0, depth).join('/')), depth }];
  }
  return [];
}
