import {
  type ArgumentsHost,
  type ExceptionFilter,
  Module,
  type NestModule,
  SetMetadata,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import type { RouteDecorator } from '../config/structure-options.js';
import type { IncomingRequest } from './incoming-request.js';
import { jsonOnly } from './request-body.js';

/** Where `@nestjs/platform-fastify` reads the `config` of a route. */
const ROUTE_CONFIG = '__fastify_route_config__';
/** In the `config` of each route of this module: the filter of its platform, or `null`. */
const OWN_ROUTE = Symbol.for('nestjs-sms-webhooks:route');

type ErrorFilter = Type<ExceptionFilter>;

/** What this file uses of Fastify, which is no dependency. */
interface FastifyRoute {
  config?: { [OWN_ROUTE]?: ErrorFilter | null };
  errorHandler?: (thrown: { code?: string }, request: IncomingRequest, reply: object) => void;
}

interface FastifyInstance {
  addHook(name: 'onRoute', hook: (route: FastifyRoute) => void): void;
}

/**
 * Fastify refuses a body that it has no parser for before any handler runs, in its own words. This gives the routes of this
 * module the 415 that they have on Express, in the format of their platform. Other routes and the parsers stay as they are.
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
      if (filter !== undefined) route.errorHandler = this.errorHandler(filter);
    });
  }

  private errorHandler(filter: ErrorFilter | null): FastifyRoute['errorHandler'] {
    return (thrown, request, reply) => {
      // Fastify passes what is thrown here to the app's own error handler.
      if (thrown.code !== 'FST_ERR_CTP_INVALID_MEDIA_TYPE') throw thrown;
      if (filter === null) throw jsonOnly();
      const http = { getRequest: () => request, getResponse: () => reply };
      new filter(this.host).catch(jsonOnly(), { switchToHttp: () => http } as unknown as ArgumentsHost);
    };
  }
}

/** Decorates a route of this module. `filter` formats its errors; `null`: Nest does. */
export function ownRoute(filter: ErrorFilter | null): RouteDecorator {
  return (_: object, __?: string | symbol, method?: PropertyDescriptor): void => {
    if (!method) return;
    const config = new Reflector().get<object | undefined>(ROUTE_CONFIG, method.value);
    SetMetadata(ROUTE_CONFIG, { ...config, [OWN_ROUTE]: filter })(method.value);
  };
}
