import request from 'supertest';
import type { PortalOptions, PortalScope } from '../../../libs/webhooks/src/config/portal-options.js';
import { type HostSettings, startHost, type WebhooksHost } from '../../support/webhooks-host.js';

export type Method = 'get' | 'post' | 'patch' | 'delete';

/** A host with the webhooks page, and calls to the page's API. */
export interface PageHost extends WebhooksHost {
  /** A call below the page's path with these headers. */
  call(method: Method, path: string, headers?: Record<string, string>): request.Test;
  /** Headers of a session. */
  session(tenantId?: string, scopes?: PortalScope[]): Record<string, string>;
}

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** Starts a host. `options`: options of the page. */
export async function startPageHost(
  options: PortalOptions = { access: 'session' },
  settings: HostSettings = {},
): Promise<PageHost> {
  const host = await startHost({ ...settings, options: { ...settings.options, portal: options } });
  const { path = 'webhooks-portal' } = options;
  return {
    ...host,
    call: (method, at, headers = {}) =>
      request(host.app.getHttpServer())[method](`/${path}${at}`).set(headers),
    session: (tenantId = 'a', scopes) =>
      bearer(host.webhooks.portal.createSession({ tenantId, actor: 'ann', scopes }).token),
  };
}
