import type { DataSource } from 'typeorm';
import type { Capture } from '../capture/definition/capture.js';
import { callable, flag, kindOf, mustBeHidden, stringList, value } from '../config/checks.js';
import { Option, optionNames, readOptions, refuseUnknownOptions } from '../config/option.js';
import { WebhooksModuleOptions } from '../config/options.js';
import { portalOption, type PortalOptions } from '../config/portal-options.js';
import {
  captureList,
  compatList,
  type CompatPlatform,
  routePath,
  tablePrefix,
  WebhooksModuleStructure,
} from '../config/structure-options.js';
import { InvalidOptionError, WebhooksSetupError } from '../core/errors.js';
import type { WebhooksLogger } from './host-logger.js';
import type { WebhooksRequest } from './http.js';

/**
 * Returns the tenant of a request. Take it from what the host's authentication has added to the request, never from the body
 * or the query. Return nothing (`undefined`, `null`, `''`) if the request is not authenticated: the response is then a 401.
 *
 * The parameter may have the host's own request type: `(request: AccountRequest) => request.account.id`.
 */
export type ExpressTenant = {
  // Declared as a method, because TypeScript accepts a subtype as the parameter of a method, but not of a function.
  tenant(request: WebhooksRequest): string | null | undefined | Promise<string | null | undefined>;
}['tenant'];

/** Writes all lines except debug lines to the console. */
const CONSOLE: WebhooksLogger = {
  info: (message) => console.info(message),
  warn: (message) => console.warn(message),
  error: (message) => console.error(message),
};

/** The options of the webhooks page, without those for Nest. */
export type ExpressPortalOptions = Omit<PortalOptions, 'guards' | 'decorators'>;

/** The options of `createWebhooks` besides {@link WebhooksModuleOptions}. */
export class WebhooksExpressOptions {
  /** The host's own data source, connected. `webhooks.close()` leaves it open. */
  @Option(value(isDataSource, "a TypeORM DataSource: the host's own, after initialize()"), {
    isRequired: true,
  })
  dataSource: DataSource;
  /** Returns the tenant whose webhooks a request is about. */
  @Option(
    callable('a function that returns whose webhooks a request is about: (request) => request.account?.id'),
    { isRequired: true },
  )
  tenant: ExpressTenant;
  /** Path of the routes, below the path that the router is mounted at. Default `webhooks`. */
  @Option(routePath) path?: string;
  /** Query parameters of your own, such as `['api_key']`. The routes refuse other unknown parameters. Default none. */
  @Option(stringList) ignoredQueryParameters?: string[];
  /** Platforms whose registration routes are served too, for customers' existing scripts. Default none. */
  @Option(compatList) compat?: CompatPlatform[];
  /** Prefix of the name of each table and index: lower-case letters, digits, underscores. Default none. */
  @Option(tablePrefix) tablePrefix?: string;
  /** Columns whose changes the worker publishes, each a `capture(Entity, { column, tenant, map })`. Default none. */
  @Option(captureList) captures?: Capture[];
  /**
   * The webhooks page, served by the same router: `{ access: 'host' }` (`tenant` decides who sees the page) or
   * `{ access: 'session' }`. Default `false`: no page.
   */
  @Option(portalOption) portal?: ExpressPortalOptions | false;
  /**
   * Passes the routes' own errors (400, 401, 404, 422, …) to the host's error handler, instead of responding to them. These
   * errors have `status`, `code`, `message` and `details`. The handler gets all other errors in any case. The routes of
   * `compat` always respond as their platform does. Default false.
   */
  @Option(flag) passErrors?: boolean = false;
  /**
   * Where log lines go. Nest, which runs inside, has one logger per process: the latest call of `createWebhooks` sets it.
   * Default: `console`, without debug lines.
   */
  @Option(value(isLogger, 'an object with the methods info, warn and error, such as console'))
  logger?: WebhooksLogger = CONSOLE;
}

/** The options of `createWebhooks`. */
export interface CreateWebhooksOptions extends WebhooksModuleOptions, WebhooksExpressOptions {}

const OWN_NAMES = optionNames(WebhooksExpressOptions);
const NEST_NAMES = optionNames(WebhooksModuleStructure).filter((name) => !OWN_NAMES.includes(name));

/**
 * Checks the options of `createWebhooks`.
 *
 * @returns the function's own options, and the options of the module, which are not checked yet
 * @throws InvalidOptionError, or WebhooksSetupError if the data source is not connected
 */
export function readExpressOptions(given: CreateWebhooksOptions): {
  own: WebhooksExpressOptions;
  values: WebhooksModuleOptions;
} {
  if (typeof given !== 'object' || given === null) {
    throw new InvalidOptionError(
      'createWebhooks',
      undefined,
      `the options must be an object, not ${kindOf(given)}`,
    );
  }
  const values = Object.fromEntries(Object.entries(given).filter(([name]) => !OWN_NAMES.includes(name)));
  refuseNestOptions({ ...values, portal: given.portal });
  refuseUnknownOptions(WebhooksModuleOptions, values, '', OWN_NAMES);
  const own = readOptions<WebhooksExpressOptions>(WebhooksExpressOptions, given);
  if (!own.dataSource.isInitialized) {
    throw new WebhooksSetupError(
      'createWebhooks: the data source is not connected. Call `await dataSource.initialize()` first.',
    );
  }
  return { own, values };
}

function refuseNestOptions(given: object): void {
  const { portal } = given as { portal?: unknown };
  const name =
    NEST_NAMES.find((each) => Object.hasOwn(given, each)) ??
    ['guards', 'decorators']
      .filter((each) => typeof portal === 'object' && portal !== null && Object.hasOwn(portal, each))
      .map((each) => `portal.${each}`)[0];
  if (name === undefined) return;
  const instead =
    name === 'role'
      ? 'call worker.start() in the processes that deliver, and mount the router in those that serve the routes'
      : 'put your own handlers before the router, such as app.use(authenticate, webhooks.router)';
  throw mustBeHidden(name, `left out: it is for Nest. In an Express app, ${instead}`);
}

function isDataSource(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'isInitialized' in given && 'manager' in given;
}

function isLogger(given: unknown): boolean {
  const logger = given as WebhooksLogger | null;
  return (
    typeof logger === 'object' &&
    logger !== null &&
    [logger.info, logger.warn, logger.error].every((method) => typeof method === 'function')
  );
}
