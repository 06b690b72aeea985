import {
  Controller,
  type ExecutionContext,
  Get,
  Inject,
  UseFilters,
  createParamDecorator,
} from '@nestjs/common';
import type { PortalBrand, PortalOptions, PortalScope, PortalShow } from '../../config/portal-options.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { TENANT, type TenantProvider } from '../../config/structure-options.js';
import { formatInstant } from '../../core/instants.js';
import { tenantMissing } from '../../core/request-error.js';
import { requireTenant, TenantRequiredError } from '../../core/tenant.js';
import { PORTAL } from '../portal.js';
import { type ProfileRules, profileRules } from './profile-rules.js';
import { SessionEndFilter } from './session-end.filter.js';
import { visitorOf } from './visitor.js';

/** What the page must know before it shows anything. */
export interface PageSession {
  mode: 'host' | 'session';
  actor: string | null;
  /** `null`: the visitor sees only the operator's view. */
  tenantId: string | null;
  scopes: PortalScope[];
  /** RFC 3339; `null`: the host's own login decides. */
  expiresAt: string | null;
  brand: PortalBrand;
  show: PortalShow;
  strings: Record<string, string>;
  /** Contains `{url}` in place of the page's own URL. */
  loginUrl: string | null;
  returnUrl: string | null;
  /** Contains `{subject}` in place of the subject. */
  subjectUrl: string | null;
  /** How long deliveries and their bodies are kept (ms); `false`: for ever. */
  retention: { keepMs: number | false; keepBodiesMs: number | false };
  /** The module's default profile. An account may have another default for its new endpoints. */
  profile: string;
  profiles: ProfileRules[];
}

const Context = createParamDecorator((_: unknown, context: ExecutionContext): ExecutionContext => context);

/** Tells the page who its visitor is, and what the host has set for the page. */
@Controller()
@UseFilters(SessionEndFilter)
export class SessionController {
  private profiles: ProfileRules[] | null = null;

  constructor(
    @Inject(PORTAL) private readonly portal: PortalOptions,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TENANT) private readonly tenants: TenantProvider | null,
  ) {}

  @Get()
  async session(@Context() context: ExecutionContext): Promise<PageSession> {
    const { portal, settings } = this;
    const { mode, actor, scopes, expiresAt } = visitorOf(context.switchToHttp().getRequest());
    return {
      mode,
      actor,
      tenantId: await this.tenantOf(context),
      scopes: [...scopes],
      expiresAt: formatInstant(expiresAt),
      brand: portal.brand!,
      show: portal.show!,
      strings: portal.strings!,
      loginUrl: portal.loginUrl ?? null,
      returnUrl: portal.returnUrl ?? null,
      subjectUrl: portal.subjectUrl ?? null,
      retention: { keepMs: settings.retentionMs, keepBodiesMs: settings.keepBodiesMs },
      profile: settings.profile.name,
      profiles: (this.profiles ??= [...settings.profiles.values()].map((profile) =>
        profileRules(profile, settings),
      )),
    };
  }

  /** Operators need not belong to a tenant. */
  private async tenantOf(context: ExecutionContext): Promise<string | null> {
    const request = context.switchToHttp().getRequest<object>();
    const { mode, tenantId, scopes } = visitorOf(request);
    if (mode === 'session') return tenantId;
    try {
      return requireTenant(await this.tenants!.resolve(request, context));
    } catch (error) {
      if (!(error instanceof TenantRequiredError)) throw error;
      if (scopes.includes('operator')) return null;
      throw tenantMissing();
    }
  }
}
