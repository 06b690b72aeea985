import type { ExecutionContext, ModuleMetadata, Type } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Capture } from '../capture/definition/capture.js';
import { flag, isText, listOf, oneOf, stringList, value } from './checks.js';
import { decoratorList, guardList, type Guards, type RouteDecorator } from './list-checks.js';
import { Option } from './option.js';
import { portalOption, type PortalOptions } from './portal-options.js';

export type { RouteDecorator } from './list-checks.js';

/** Injects the {@link WebhooksModuleStructure} that `forRoot` was given. */
export const STRUCTURE = Symbol('webhooks:structure');

/** Injects the {@link TenantProvider}; `null` if no `tenant` is configured. */
export const TENANT = Symbol('webhooks:tenant');

/**
 * Returns the tenant of a request: a non-empty string. Take the tenant from what a guard put into the request, never from
 * the body or query. The request is `any`, because only the host knows what its guard adds: annotate it with your own type.
 */
// oxlint-disable-next-line typescript/no-explicit-any
export type TenantResolver = (request: any, context: ExecutionContext) => string | Promise<string>;

/** A provider class instead of a {@link TenantResolver} function, for resolvers with dependencies. */
export interface TenantProvider {
  resolve(request: unknown, context: ExecutionContext): string | Promise<string>;
}

/** Registration routes of platforms whose customers' scripts must keep working. */
export type CompatPlatform = 'mobile-text-alerts' | 'httpsms';

const isFunction = (given: unknown): boolean => typeof given === 'function';

// Exported, because `createWebhooks` of plain Express takes these options, too.
export const captureList = value<Capture[]>(
  areCaptures,
  'a list of capture(Entity, { column, tenant, map })',
);
export const compatList = listOf<CompatPlatform>(
  'a list, such as ["mobile-text-alerts"]',
  oneOf('mobile-text-alerts', 'httpsms'),
);
export const routePath = value<string>((given) => typeof given === 'string', 'a path, such as "webhooks"');
export const tablePrefix = value<string>(
  isTablePrefix,
  'at most 41 lower-case letters, digits and underscores, the first of them no digit',
);

/** Options that decide which providers and controllers exist. An async factory cannot return them. */
export class WebhooksModuleStructure {
  /** Name of the data source, or the data source itself. Default: the default data source. */
  @Option(value(isDataSource, 'the name of a data source, or a DataSource')) dataSource?: string | DataSource;
  /**
   * Prefix of all names of tables and indexes: lower-case letters, digits and underscores, the first of them no digit. Two
   * apps in one schema need different prefixes, because `entityPrefix` does not rename indexes. Default none.
   */
  @Option(tablePrefix) tablePrefix?: string;
  /** Modules that the guards and the tenant provider need. Default none. */
  @Option(value(Array.isArray, 'a list of modules that the guards and the tenant provider need'))
  imports?: ModuleMetadata['imports'];
  /** Guards of all routes. `'global'`: your `APP_GUARD` protects the routes. Default none: then there are no routes. */
  @Option(guardList) guards?: Guards;
  /**
   * Decorators for the controller and each of its handlers, such as `[Roles('customer')]`: some guards act only where they
   * find metadata. Default none.
   */
  @Option(decoratorList) decorators?: RouteDecorator[];
  /** Finds the tenant of a request. Default none: then there are no routes. */
  @Option(value(isFunction, 'a function of the request, or a class with a resolve method'))
  tenant?: TenantResolver | Type<TenantProvider>;
  /**
   * Mount the routes without guards, or with guards that let in requests without credentials. The module then logs a
   * warning at start. Default false.
   */
  @Option(flag) allowUnauthenticated?: boolean;
  /** A subclass of `WebhooksController` with its own path, guards or pipes; `false`: no routes. Default `WebhooksController`. */
  @Option(
    value(
      (given) => given === false || isFunction(given),
      'a class that extends WebhooksController, or false for no routes',
    ),
  )
  controller?: Type<object> | false;
  /** Path of the routes, below the host's prefix. Default `webhooks`. */
  @Option(routePath) path?: string;
  /**
   * Query parameters of your own, such as `['api_key']` if your guards read `api_key`. The routes refuse all other
   * parameters that they do not know. Default none.
   */
  @Option(stringList) ignoredQueryParameters?: string[];
  /** `api` publishes and registers, `worker` delivers, `all` does all of this. Default `all`. */
  @Option(oneOf('all', 'api', 'worker')) role?: 'all' | 'api' | 'worker';
  /** Make `WebhooksService` injectable in every module. Default false. */
  @Option(flag) isGlobal?: boolean;
  /** Also mount the registration routes of these platforms, for customers' existing scripts. Default none. */
  @Option(compatList) compat?: CompatPlatform[];
  /** The webhooks page: `{ access: 'host' }` or `{ access: 'session' }`. Default `false`: no page. */
  @Option(portalOption) portal?: PortalOptions | false;
  /** Columns whose changes are published. Hosts with several modules can use `forFeature()` instead. Default none. */
  @Option(captureList) captures?: Capture[];
}

function isDataSource(given: unknown): boolean {
  return isText(given) || (typeof given === 'object' && given !== null && 'options' in given);
}

function isTablePrefix(given: unknown): boolean {
  return typeof given === 'string' && /^([a-z_][a-z0-9_]{0,40})?$/.test(given);
}

function areCaptures(given: unknown): boolean {
  return Array.isArray(given) && given.every((each) => isFunction(each?.map) && isFunction(each?.tenantOf));
}
