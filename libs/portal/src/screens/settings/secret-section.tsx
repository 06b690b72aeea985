import { api } from '../../api/client.ts';
import type { Endpoint } from '../../api/types.ts';
import { Link } from '../../routing/link.tsx';
import type { ProfileRules } from '../../session/session.ts';
import { Text } from '../../strings/text.tsx';
import { t } from '../../strings/translate.ts';
import { Section } from './section.tsx';
import { SecretActions } from './secret-actions.tsx';

/** Shows the webhook's own secret, or a link to the account's secret. */
export function SecretSection({ endpoint, rules }: { endpoint: Endpoint; rules: ProfileRules }) {
  const path = { id: endpoint.id };
  return (
    <Section title={t('settings.secret')}>
      {rules.secret.owner === 'account' ? (
        <p>
          <Text
            of="form.accountSecret"
            with={{ link: <Link to={{ screen: 'account' }}>{t('form.accountSecretLink')}</Link> }}
          />
        </p>
      ) : (
        <SecretActions
          secrets={endpoint.secrets}
          none={t('settings.noSecret')}
          rules={rules}
          reveal={() => api.get('/webhooks/{id}/secret', { path })}
          rotate={(body) => api.post('/webhooks/{id}/rotate-secret', { path, body })}
          changes={['endpoint', endpoint.id]}
        />
      )}
    </Section>
  );
}
