import {
  type ArgumentsHost,
  type ExceptionFilter,
  Module,
  type NestModule,
  SetMetadata,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import type { WebhooksRequestError } from '../core/request-error.js';
import type { RouteDecorator } from '../config/structure-options.js';
import { toBodyError } from './body-errors.js';
import type { IncomingRequest } from './incoming-request.js';
import { discardBody, hasBody } from './request-body.js';

/** Where `@nestjs/platform-fastify` reads the `config` of a route. */
const ROUTE_CONFIG = '__fastify_route_config__';
/** In the `config` of each route of this module: the filter of its SMS platform, or `null`. */
const OWN_ROUTE = Symbol.for('nestjs-sms-webhooks:route');

type ErrorFilter = Type<ExceptionFilter>;

/** The part of Fastify that this file uses. Fastify is not a dependency. */
interface FastifyRoute {
  config?: { [OWN_ROUTE]?: ErrorFilter | null };
  preParsing?: (request: IncomingRequest) => Promise<void>;
  preValidation?: (request: IncomingRequest) => Promise<void>;
  errorHandler?: (thrown: unknown, request: IncomingRequest, reply: object) => void;
}

interface FastifyInstance {
  addHook(name: 'onRoute', hook: (route: FastifyRoute) => void): void;
}

/**
 * Before any handler runs, Fastify refuses some requests with its own messages: a body of a type without a parser, a body
 * that is not JSON, a body that is too large, and a content type without a body. This module makes its
 * routes respond as they do on Express, in the format of their platform. Other routes and the host's parsers are not
 * changed.
 */
@Module({})
export class FastifyBodies implements NestModule {
  constructor(private readonly host: HttpAdapterHost) {}

  /** Nest calls this before it registers routes. */
  configure(): void {
    const { httpAdapter } = this.host;
    if (httpAdapter?.getType() !== 'fastify') return;
    httpAdapter.getInstance<FastifyInstance>().addHook('onRoute', (route) => {
      const filter = route.config?.[OWN_ROUTE];
      if (filter === undefined) return;
      route.preParsing = hideContentType;
      route.preValidation = showContentType;
      route.errorHandler = this.errorHandler(filter);
    });
  }

  private errorHandler(filter: ErrorFilter | null): FastifyRoute['errorHandler'] {
    return (thrown, request, reply) => {
      const error = toBodyError(thrown);
      // Fastify passes what is thrown here to the app's own error handler.
      if (error === null) throw thrown;
      discardBody(request);
      if (filter === null) throw error;
      respondWith(filter, this.host, error, { request, response: reply });
    };
  }
}

/** Responds to a request that no handler has seen, in the format of a platform. */
export function respondWith(
  filter: ErrorFilter,
  host: HttpAdapterHost,
  error: WebhooksRequestError,
  { request, response }: { request: object; response: object },
): void {
  const http = { getRequest: () => request, getResponse: () => response };
  new filter(host).catch(error, { switchToHttp: () => http } as unknown as ArgumentsHost);
}

/** The filter that was passed to {@link ownRoute} for a handler of this module. */
export function errorFilterOf(handler: (...input: unknown[]) => unknown): ErrorFilter | null {
  const config = new Reflector().get<FastifyRoute['config']>(ROUTE_CONFIG, handler);
  return config?.[OWN_ROUTE] ?? null;
}

/** The original headers of requests without a body. */
const hidden = new WeakMap<IncomingRequest, IncomingRequest['headers']>();

/**
 * If a request has no body, hides the headers that announce a body, so that Fastify calls no parser. Node's own request
 * keeps these headers.
 */
async function hideContentType(request: IncomingRequest): Promise<void> {
  if (request.method === 'GET' || request.method === 'HEAD' || (await hasBody(request))) return;
  hidden.set(request, request.headers);
  const none = { 'content-type': undefined, 'content-length': undefined, 'transfer-encoding': undefined };
  request.headers = { ...request.headers, ...none };
}

/** Restores the headers after the parsers have run, so that guards and handlers see what was sent. */
async function showContentType(request: IncomingRequest): Promise<void> {
  if (hidden.has(request)) request.headers = hidden.get(request);
}

/** Decorates a route of this module. `filter` formats the errors of the route; with `null`, Nest formats them. */
export function ownRoute(filter: ErrorFilter | null): RouteDecorator {
  return (_: object, __?: string | symbol, method?: PropertyDescriptor): void => {
    if (!method) return;
    const config = new Reflector().get<object | undefined>(ROUTE_CONFIG, method.value);
    SetMetadata(ROUTE_CONFIG, { ...config, [OWN_ROUTE]: filter })(method.value);
  };
}
