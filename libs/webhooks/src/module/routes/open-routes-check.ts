import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type Type,
} from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModuleRef } from '@nestjs/core';
import { firstValueFrom, isObservable } from 'rxjs';
import {
  STRUCTURE,
  TENANT,
  type TenantProvider,
  type WebhooksModuleStructure,
} from '../../config/structure-options.js';
import { WebhooksSetupError } from '../../core/errors.js';
import { LineLogger } from '../../core/line-logger.js';
import { anonymousContext, type Route } from './anonymous-request.js';
import { distinctRoutes } from './distinct-routes.js';
import { CONTROLLERS, PORTAL_CONTROLLERS } from './mount-controller.js';

/** How long to wait for a guard's decision, or for the tenant (ms). */
const MAX_WAIT_MS = 5_000;

/**
 * Marks guards that this check must not call: the host's Express handlers run before such a guard, and the check cannot
 * call these handlers.
 */
export const BEHIND_HOST = Symbol('webhooks:behind-host');

/**
 * At the start, calls the guards of the module's routes with a request without credentials, once for each set of metadata on
 * handlers. So it finds guards that act only on handlers with certain metadata. Such guards protect the host's own routes,
 * but leave the module's routes open. If the guards let the request in, logs a warning. In production, throws instead if
 * `tenant` returns a tenant for the request.
 */
@Injectable()
export class OpenRoutesCheck implements OnApplicationBootstrap {
  private readonly logger = new LineLogger('Webhooks');

  constructor(
    @Inject(STRUCTURE) private readonly structure: WebhooksModuleStructure,
    @Inject(TENANT) private readonly tenants: TenantProvider | null,
    @Inject(CONTROLLERS) private readonly controllers: Type<object>[],
    @Inject(PORTAL_CONTROLLERS) private readonly pages: Type<object>[],
    private readonly host: HttpAdapterHost,
    private readonly config: ApplicationConfig,
    private readonly modules: ModuleRef,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { allowUnauthenticated, guards = [] } = this.structure;
    if (!this.host?.httpAdapter) return;
    if (guards !== 'global' && guards.some((guard) => BEHIND_HOST in guard)) return;
    const routes = this.controllers.find((each) => !this.pages.includes(each));
    if (routes && !allowUnauthenticated) await this.check(routes, 'webhook routes');
    // In production, `allowUnauthenticated` does not apply to the page.
    const page = this.pages.at(-1);
    if (page && (!allowUnauthenticated || isProduction())) await this.check(page, 'webhooks page');
  }

  private async check(controller: Type<object>, what: string): Promise<void> {
    const open: { name: string; context: ExecutionContext }[] = [];
    for (const route of distinctRoutes(controller)) {
      const context = anonymousContext(this.host.httpAdapter, route);
      if (await this.letsIn(route, context)) open.push({ name: route.handler.name, context });
    }
    const [first] = open;
    if (!first) return;
    const asked = open.map(({ name }) => `${controller.name}.${name}`).join(', ');
    const problem = `The guards of the ${what} let in a request without credentials (they were asked about ${asked}). If a guard acts only on handlers with certain metadata, add that metadata with decorators: [Roles('customer')]. If the routes may be open, set allowUnauthenticated: true.`;
    const tenantId = await this.tenantOf(first.context);
    if (isProduction() && tenantId !== null)
      throw new WebhooksSetupError(`WebhooksModule: ${problem} The tenant of that request is "${tenantId}".`);
    this.logger.warn(problem);
  }

  /**
   * Returns true if each guard lets the request in, and false if one refuses. If a guard cannot be called, or fails, also
   * returns false, because then nobody knows whether the route is open.
   */
  private async letsIn(route: Route, context: ExecutionContext): Promise<boolean> {
    if (this.config.getGlobalRequestGuards().length > 0) return false;
    const guards = [
      ...this.config.getGlobalGuards(),
      ...[route.controller, route.handler].flatMap(
        (target): (CanActivate | Type<CanActivate>)[] => Reflect.getMetadata('__guards__', target) ?? [],
      ),
    ];
    for (const guard of guards) if (!(await this.agrees(guard, context))) return false;
    return true;
  }

  private async agrees(given: CanActivate | Type<CanActivate>, context: ExecutionContext): Promise<boolean> {
    try {
      // Throws for a request-scoped guard, which cannot be called here.
      const guard = typeof given === 'function' ? this.modules.get(given, { strict: true }) : given;
      return await inTime(async () => {
        const answer = await guard.canActivate(context);
        return isObservable(answer) ? firstValueFrom(answer) : answer;
      });
    } catch {
      return false;
    }
  }

  private async tenantOf(context: ExecutionContext): Promise<string | null> {
    try {
      const request = context.switchToHttp().getRequest<object>();
      const tenantId = await inTime(async () => this.tenants?.resolve(request, context));
      return typeof tenantId === 'string' && tenantId !== '' ? tenantId : null;
    } catch {
      return null;
    }
  }
}

const isProduction = (): boolean => process.env.NODE_ENV === 'production';

async function inTime<T>(work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('No answer in time')), MAX_WAIT_MS);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
