import { Inject, Injectable } from '@nestjs/common';
import type { PortalOptions, PortalScope } from '../../config/portal-options.js';
import { WebhooksSetupError } from '../../core/errors.js';
import { formatInstant } from '../../core/instants.js';
import { PAGE_PATH, PORTAL } from '../portal.js';
import type { PortalSessionInput } from './portal-session.js';
import { SessionIssuer } from './session-issuer.js';

/** A session of the webhooks page. */
export interface PortalSession {
  /** For `Authorization: Bearer`. Keep it out of logs. */
  token: string;
  /**
   * Opens the page with this session. Begins with `portal.publicUrl`, or, if that option is not set, with the page's path in
   * this app. The token is in the fragment, which browsers do not send.
   */
  url: string;
  /** RFC 3339. */
  expiresAt: string;
  scopes: PortalScope[];
}

/** The webhooks page, for the host's code. */
@Injectable()
export class WebhookPortal {
  /** @internal The module constructs this class. */
  constructor(
    @Inject(SessionIssuer) private readonly issuer: SessionIssuer | null,
    @Inject(PORTAL) private readonly portal: PortalOptions | null,
    @Inject(PAGE_PATH) private readonly pagePath: () => string,
  ) {}

  /**
   * Makes a session for somebody whom your own code has authenticated. Nothing is stored, so a session cannot be ended
   * before it expires. Keep `ttlMs` short.
   *
   * @throws InvalidSessionError if a field is wrong
   * @throws TenantRequiredError if there is no tenant, unless `operator` is the only scope
   * @throws WebhooksSetupError if the page is not mounted here, or does not take sessions
   */
  createSession(input: PortalSessionInput): PortalSession {
    if (!this.issuer) {
      throw new WebhooksSetupError(
        "WebhooksModule: createSession needs the webhooks page in this process. Set portal: { access: 'session' } or { access: 'both' }.",
      );
    }
    const { token, scopes, expiresAt } = this.issuer.issue(input ?? {});
    const url = `${this.portal?.publicUrl ?? this.pagePath()}#session=${token}`;
    return { token, url, expiresAt: formatInstant(expiresAt), scopes };
  }
}
