import {
  Inject,
  Injectable,
  type OnModuleInit,
  RequestMethod,
  type Type,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { WebhooksSetupError } from '../../core/errors.js';
import { ExpressRoutes } from './express-routes.js';
import { CONTROLLERS, PORTAL_CONTROLLERS } from './mount-controller.js';
import { listNestRoutes, type RegisteredRoute } from './nest-routes.js';
import { isBroaderThan, patternsOverlap } from './route-pattern.js';

/**
 * The app does not start if a route of the host and a route of this module can match the same request: the order of imports
 * would decide which of them handles the request. The same path with other methods is not a conflict, nor is a path below
 * it.
 */
@Injectable()
export class RouteConflictCheck implements OnModuleInit {
  constructor(
    @Inject(CONTROLLERS) private readonly controllers: Type<object>[],
    @Inject(PORTAL_CONTROLLERS) private readonly pages: Type<object>[],
    private readonly host: HttpAdapterHost,
    private readonly config: ApplicationConfig,
    private readonly modules: ModulesContainer,
  ) {}

  onModuleInit(): void {
    const adapter = this.host?.httpAdapter;
    if (this.controllers.length === 0 || !adapter) return;
    const known = listNestRoutes(this.modules, this.config);
    const ours = known.filter(({ controller }) => this.controllers.includes(controller));
    const express = adapter.getType() === 'express' ? new ExpressRoutes(adapter, known) : null;
    const others = [...known, ...(express?.raw ?? [])].filter((route) => !ours.includes(route));
    for (const other of others) {
      const own = ours.find((each) => overlap(each, other));
      if (!own) continue;
      // A fallback after the module's route gets only the requests that the module's route does not handle. On Fastify, the
      // order does not matter, because Fastify tries literal segments first.
      const isFallback = isBroaderThan(other.pattern, own.base);
      if (isFallback && !express?.isBefore(other, own)) continue;
      const place = this.pages.includes(own.controller)
        ? "webhooks page another place: portal: { path: 'settings/webhooks' }."
        : "module's routes another place: path: 'customer-webhooks' (if you have a controller of your own, change the path in its @Controller instead).";
      throw new WebhooksSetupError(
        `WebhooksModule: ${other.name} of this app and ${own.name} of the module match the same requests. ` +
          `${isFallback ? "Register the app's route after the module, or give" : 'Give'} the ${place}`,
      );
    }
  }
}

function overlap(ours: RegisteredRoute, other: RegisteredRoute): boolean {
  const isSameMethod =
    other.method === RequestMethod.ALL || ours.method === RequestMethod.ALL || other.method === ours.method;
  return isSameMethod && shareVersion(ours, other) && patternsOverlap(ours.pattern, other.pattern);
}

function shareVersion({ versions: ours }: RegisteredRoute, { versions: others }: RegisteredRoute): boolean {
  if (!ours || !others) return true;
  return ours.some((each) => others.includes(each)) || [...ours, ...others].includes(VERSION_NEUTRAL);
}
