import { verifyWebhook, WebhookRefusedError } from 'nestjs-sms-webhooks-receiver';
import type { VerifiedWebhook, VerifyOptions, WebhookProfile } from 'nestjs-sms-webhooks-receiver';
import type { DemoApi } from './demo-api.js';

/** A secret that may have signed a webhook, and its profile. */
export interface Signer {
  profile: WebhookProfile;
  secret: string;
}

interface Endpoint {
  id: string;
  url: string;
  profile: WebhookProfile;
}

/** Profiles whose webhooks are signed with the account's secret. */
const SIGNED_BY_ACCOUNT: WebhookProfile[] = ['msgine', 'mysmsgate'];

/**
 * Returns who may sign webhooks to `url`. For each account: the endpoints registered with this URL, then the account itself.
 * The account signs callbacks, and the webhooks of its `msgine` and `mysmsgate` endpoints.
 */
export async function signersOf(customers: readonly DemoApi[], url: string): Promise<Signer[]> {
  const found = await Promise.all(customers.map((api) => signersOfAccount(api, url)));
  return found.flat();
}

async function signersOfAccount(api: DemoApi, url: string): Promise<Signer[]> {
  const { data } = await api.get<{ data: Endpoint[] }>('/webhooks?limit=100');
  const here = data.filter((endpoint) => endpoint.url === url);
  const own = here.filter(({ profile }) => !SIGNED_BY_ACCOUNT.includes(profile));
  const { secret } = await api.get<{ secret: string }>('/webhooks/account/secret');
  const { profile } = await api.get<{ profile: WebhookProfile }>('/webhooks/account');
  const profiles = new Set([...here.map((endpoint) => endpoint.profile), profile]);
  const secrets = own.map(async (endpoint) => ({
    profile: endpoint.profile,
    secret: (await api.get<{ secret: string | null }>(`/webhooks/${endpoint.id}/secret`)).secret ?? '',
  }));
  return [...(await Promise.all(secrets)), ...[...profiles].map((each) => ({ profile: each, secret }))];
}

/**
 * Verifies the webhook with the first signer that matches.
 * If none matches, throws the `WebhookRefusedError` of the first signer, or one with the reason `no-secret` if there is no
 * signer.
 */
export function verifyWithAny(
  signers: readonly Signer[],
  request: Pick<VerifyOptions, 'headers' | 'body'>,
): VerifiedWebhook {
  let refusal: unknown = null;
  for (const { profile, secret } of signers) {
    try {
      return verifyWebhook({ profile, ...request, secrets: secret } as VerifyOptions);
    } catch (error) {
      if (!(error instanceof WebhookRefusedError)) throw error;
      refusal ??= error;
    }
  }
  throw refusal ?? new WebhookRefusedError('no-secret', 'This URL is not registered.');
}
