import type { WebhooksService } from 'nestjs-sms-webhooks';
import type { Account } from './account.entity.js';

const SESSION_MS = 3_600_000;

/** A link that signs an account in to the webhooks page. */
export interface WebhooksPageLink {
  url: string;
  expiresAt: string;
}

/** `origin`: where browsers reach this backend. Whoever has the link can use it until it expires. */
export function webhooksPageOf(
  webhooks: WebhooksService,
  { id, name }: Pick<Account, 'id' | 'name'>,
  origin: string,
): WebhooksPageLink {
  const { url, expiresAt } = webhooks.portal.createSession({ tenantId: id, actor: name, ttlMs: SESSION_MS });
  return { url: new URL(url, origin).href, expiresAt };
}
