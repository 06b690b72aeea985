import { msgine, WebhooksModule } from 'nestjs-sms-webhooks';
import { alertChannels } from './alerts.js';
import { AccountsModule } from './accounts/accounts.module.js';
import { ApiKeyGuard } from './accounts/api-key.guard.js';
import type { AccountRequest } from './accounts/api-key.guard.js';

const production = process.env.NODE_ENV === 'production';

/** The webhooks of this backend: routes behind its guard. Each account is a tenant. */
export const webhooks = WebhooksModule.forRoot({
  isGlobal: true,
  imports: [AccountsModule],
  guards: [ApiKeyGuard],
  tenant: (request: AccountRequest) => request.account.id,
  profile: process.env.PROFILE || 'standard',
  compat: ['httpsms', 'mobile-text-alerts'],
  // Customers have API keys and no login here, so `webhooks-page.controller.ts` gives them a link with a session.
  portal: {
    access: 'session',
    brand: { name: 'Sample SMS', accent: '#0b6e4f' },
    show: { bodies: !production, phoneNumbers: !production },
  },
  alerts: { channels: alertChannels() },
  encryption: { current: { id: 'k1', key: process.env.WEBHOOKS_KEY ?? developmentKey() } },
  // Outside production, receivers may be on this machine and use http.
  ...(!production && {
    network: { allowHttp: true, allowedAddresses: ['127.0.0.0/8', '::1/128'] },
    profiles: [msgine({ httpsOnly: false })],
  }),
});

function developmentKey(): string | undefined {
  return production ? undefined : 'only for development: anybody can read this key';
}
