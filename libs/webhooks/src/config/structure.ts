import type { CanActivate, ExecutionContext, ModuleMetadata, Type } from '@nestjs/common';
import type { DataSource } from 'typeorm';

/** Injects the {@link WebhooksModuleStructure} that `forRoot` was given. */
export const STRUCTURE = Symbol('webhooks:structure');

/** Injects the {@link TenantProvider}; `null` if no `tenant` is configured. */
export const TENANT = Symbol('webhooks:tenant');

/** Answers the tenant of a request: a non-empty string, taken from what a guard put there, never from the body or query. */
export type TenantResolver = (request: never, context: ExecutionContext) => string | Promise<string>;

/** The same as a provider class, for resolvers with dependencies. */
export interface TenantProvider {
  resolve(request: unknown, context: ExecutionContext): string | Promise<string>;
}

/** What decides which providers and controllers exist; an async factory cannot return these. */
export interface WebhooksModuleStructure {
  /** Name of the data source, or the data source. Default: the default one. */
  dataSource?: string | DataSource;
  /**
   * Starts the name of each table and index: lower-case letters, digits, underscores. Two apps in one schema need one
   * each: `entityPrefix` leaves the names of indexes alone. Default none.
   */
  tablePrefix?: string;
  /** What the guards and the tenant provider need. */
  imports?: ModuleMetadata['imports'];
  /** Guard every route. `'global'`: the host's `APP_GUARD` does. Without guards no controller is mounted. */
  guards?: (Type<CanActivate> | CanActivate)[] | 'global';
  /** Whose webhooks a request is about. Needed to mount the controller. */
  tenant?: TenantResolver | Type<TenantProvider>;
  /** Mount the controller without guards. Warned about at start. Default false. */
  allowUnauthenticated?: boolean;
  /** A subclass of `WebhooksController` with a path, guards or pipes of its own; `false`: no routes. */
  controller?: Type<object> | false;
  /** Path of the routes, under the host's prefix. Default `webhooks`. */
  path?: string;
  /** `api` publishes and registers, `worker` delivers, `all` does both. Default `all`. */
  role?: 'all' | 'api' | 'worker';
  /** Make `WebhooksService` injectable everywhere. Default false. */
  isGlobal?: boolean;
  /** Registration routes of platforms whose customers' scripts must keep working. Default none. */
  compat?: ('mobile-text-alerts' | 'httpsms')[];
}
