import { useQuery } from '../../data/index.ts';
import { api } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import { CodeBlock } from '../../design/code-block.tsx';
import { LoadError, Loading } from '../../design/states.tsx';
import { useSession } from '../../session/session-context.ts';
import { PageHeader } from '../../shell/page-header.tsx';
import { t } from '../../strings/translate.ts';
import { SecretActions } from '../settings/secret-actions.tsx';
import { Section } from '../settings/section.tsx';
import '../settings/settings.css';
import { AccountForm } from './account-form.tsx';

export function AccountScreen() {
  const { profiles } = useSession();
  const { data: account, error, refetch } = useQuery(queries.account());
  const titles = profiles.filter(({ secret }) => secret.owner === 'account').map(({ title }) => title);
  return (
    <>
      <PageHeader title={t('account.title')} subtitle={t('account.subtitle')} />
      {error && !account && <LoadError error={error} retry={() => void refetch()} />}
      {!account && !error && <Loading rows={6} />}
      {account && (
        <div class="settings">
          <AccountForm account={account} />
          <div class="stack">
            <Section title={t('account.secret')}>
              <p>
                {titles.length > 0
                  ? t('account.secretText', { titles: titles.join(', ') })
                  : t('account.secretCallbacks')}
              </p>
              <SecretActions
                secrets={account.secrets}
                none={t('account.noSecret')}
                rules={null}
                reveal={() => api.get('/webhooks/account/secret')}
                rotate={(body) => api.post('/webhooks/account/rotate-secret', { body })}
                changes={['account']}
              />
            </Section>
            {account.egressIps.length > 0 && (
              <Section title={t('account.addresses')}>
                <p>{t('account.addressesText')}</p>
                <CodeBlock code={account.egressIps.join('\n')} what={t('account.addressWord')} />
              </Section>
            )}
          </div>
        </div>
      )}
    </>
  );
}
