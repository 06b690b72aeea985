import { type CanActivate, type Provider, type Type, UseFilters } from '@nestjs/common';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { ownRoute } from '../api/fastify-bodies.js';
import { WebhooksController } from '../api/webhooks.controller.js';
import type { RouteDecorator } from '../config/list-checks.js';
import type { PortalOptions } from '../config/portal-options.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import type { WebhooksModuleStructure } from '../config/structure-options.js';
import { PortalGuard } from '../portal/access/portal.guard.js';
import { API_SCOPES, type NeededScope, needsScope } from '../portal/access/scopes.js';
import { SessionController } from '../portal/access/session.controller.js';
import { unlessSession } from '../portal/access/unless-session.js';
import { FiguresController } from '../portal/figures/figures.controller.js';
import { PortalFigures } from '../portal/figures/portal-figures.js';
import { PageAnswers, SETTINGS_HANDLERS, unmasked } from '../portal/masking/page-answers.interceptor.js';
import { AssetsController } from '../portal/page/assets.controller.js';
import { LoginRedirect } from '../portal/page/login-redirect.filter.js';
import { PageController } from '../portal/page/page.controller.js';
import { PageFiles } from '../portal/page/page-files.js';
import { PageSlash } from '../portal/page/page-slash.js';
import { PAGE_PATH, PORTAL } from '../portal/portal.js';
import { SessionIssuer } from '../portal/sessions/session-issuer.js';
import { createSessionKeys } from '../portal/sessions/session-keys.js';
import { WebhookPortal } from '../portal/sessions/webhook-portal.js';
import { hiddenFromScan } from './routes/hidden-from-scan.js';
import { mountController, PORTAL_CONTROLLERS } from './routes/mount-controller.js';
import { listNestRoutes } from './routes/nest-routes.js';
import { OperatorRoutes } from './routes/operator-routes.js';

type Guard = Type<CanActivate> | CanActivate;

const GUARDS = '__guards__';
const INTERCEPTORS = '__interceptors__';
const NONE: ReadonlySet<string> = new Set();

class PortalOperatorController extends OperatorRoutes {}

/** The controllers of the webhooks page; the page itself comes first. Empty if `portal` is not set. */
export function portalControllersOf(structure: WebhooksModuleStructure): Type<object>[] {
  const { portal, controller } = structure;
  if (!portal) return [];
  const mounting = new PortalMounting(structure, portal);
  return [
    mounting.page(PageController),
    mounting.open(AssetsController, '/assets'),
    mounting.api(SessionController, '/api/session', () => 'any'),
    mounting.api(FiguresController, '/api/figures', () => 'read'),
    mounting.api(PortalOperatorController, '/api/operator', () => 'operator'),
    mounting.api(
      controller || WebhooksController,
      '/api/webhooks',
      (name) => API_SCOPES[name],
      SETTINGS_HANDLERS,
    ),
  ];
}

/** Mounts the page's controllers behind the access control that the host has chosen. */
class PortalMounting {
  private readonly path: string;
  private readonly decorators: readonly RouteDecorator[];

  constructor(
    private readonly structure: WebhooksModuleStructure,
    private readonly portal: PortalOptions,
  ) {
    this.path = pathOf(portal);
    const { decorators = portal.access === 'session' ? [] : (structure.decorators ?? []) } = portal;
    this.decorators = decorators;
  }

  /**
   * With sessions, the page itself must be open to everybody: the token is in the URL's fragment, which the browser does not
   * send.
   */
  page(controller: Type<object>): Type<object> {
    const { access, loginUrl } = this.portal;
    if (access !== 'host') return this.mount(controller, '', []);
    return this.mount(
      controller,
      '',
      this.hostGuards([]),
      loginUrl === undefined ? [] : [UseFilters(LoginRedirect)],
    );
  }

  open(controller: Type<object>, at: string): Type<object> {
    return this.mount(controller, at, []);
  }

  api(
    controller: Type<object>,
    at: string,
    scopeOf: (handlerName: string) => NeededScope | undefined,
    settings = NONE,
  ): Type<object> {
    const inherited: Guard[] = Reflect.getMetadata(GUARDS, controller) ?? [];
    const guards = [...this.hostGuards(inherited), PortalGuard];
    const mounted = this.mount(controller, at, guards, [needsScope(scopeOf), unmasked(settings)]);
    const interceptors: unknown[] = Reflect.getMetadata(INTERCEPTORS, mounted) ?? [];
    Reflect.defineMetadata(INTERCEPTORS, [PageAnswers, ...interceptors], mounted);
    return mounted;
  }

  /** @param inherited guards of the host's own controller class */
  private hostGuards(inherited: readonly Guard[]): Guard[] {
    const { access, guards = this.structure.guards } = this.portal;
    if (access === 'session') return [];
    const all = [...inherited, ...(guards === undefined || guards === 'global' ? [] : guards)];
    return access === 'host' ? all : all.map(unlessSession);
  }

  private mount(
    controller: Type<object>,
    at: string,
    guards: Guard[],
    decorators: readonly RouteDecorator[] = [],
  ): Type<object> {
    return mountController(withoutGuards(controller), {
      guards,
      decorators: [...decorators, ...this.decorators, ownRoute(null), hiddenFromScan(controller)],
      path: `${this.path}${at}`,
    });
  }
}

const pathOf = ({ path = '' }: PortalOptions): string => path.split('/').filter(Boolean).join('/');

/** Returns the controller without the guards of its class: `mount` gets a list of guards that replaces them. */
function withoutGuards(controller: Type<object>): Type<object> {
  const Bare = { [controller.name]: class extends controller {} }[controller.name]!;
  Reflect.defineMetadata(GUARDS, [], Bare);
  return Bare;
}

/** The providers of the page's controllers, and `webhooks.portal`. */
export function portalProvidersOf(
  structure: WebhooksModuleStructure,
  controllers: readonly Type<object>[],
): Provider[] {
  const { tablePrefix = '' } = structure;
  const portal = structure.portal || null;
  const takesSessions = portal !== null && portal.access !== 'host';
  return [
    { provide: PORTAL, useValue: portal },
    { provide: PORTAL_CONTROLLERS, useValue: controllers },
    {
      provide: SessionIssuer,
      useFactory: (settings: Settings) =>
        takesSessions
          ? new SessionIssuer(createSessionKeys(portal, settings, `${tablePrefix}\0${pathOf(portal)}`))
          : null,
      inject: [SETTINGS],
    },
    {
      provide: PAGE_PATH,
      useFactory: (modules: ModulesContainer, config: ApplicationConfig) => (): string =>
        listNestRoutes(modules, config).find(({ controller }) => controller === controllers[0])?.path ?? '',
      inject: [ModulesContainer, ApplicationConfig],
    },
    WebhookPortal,
    ...(portal ? [PageFiles, PageSlash, PortalFigures] : []),
  ];
}
