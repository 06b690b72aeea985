import type { Endpoint } from '../../api/types.ts';
import { Notice } from '../../design/notice.tsx';
import { useProfile, useScope } from '../../session/session-context.ts';
import { Snippets } from '../../snippets/snippets.tsx';
import { t } from '../../strings/translate.ts';
import type { ScreenProps } from '../screen.ts';
import { WebhookFrame } from '../webhook-frame.tsx';
import { DeleteSection } from './delete-section.tsx';
import { EditSection } from './edit-section.tsx';
import { Section } from './section.tsx';
import { SecretSection } from './secret-section.tsx';
import { StateSection } from './state-section.tsx';
import './settings.css';

export function SettingsScreen({ params }: ScreenProps) {
  return (
    <WebhookFrame id={params.webhook!} tab="settings">
      {(endpoint) => <Settings endpoint={endpoint} />}
    </WebhookFrame>
  );
}

function Settings({ endpoint }: { endpoint: Endpoint }) {
  const rules = useProfile(endpoint.profile);
  const mayWrite = useScope('write');
  const isSigned = rules?.secret.owner === 'account' || endpoint.secrets.length > 0;
  return (
    <div class="settings">
      <div class="stack">
        {!rules && <Notice tone="warning" title={t('settings.profileMissing')} />}
        {!mayWrite && <Notice tone="info" title={t('settings.readOnly')} />}
        {rules && mayWrite && <EditSection key={endpoint.id} endpoint={endpoint} rules={rules} />}
      </div>
      <div class="stack">
        <StateSection endpoint={endpoint} />
        {rules && <SecretSection endpoint={endpoint} rules={rules} />}
        {mayWrite && <DeleteSection endpoint={endpoint} />}
      </div>
      {isSigned && (
        <div class="settings-wide">
          <Section title={t('settings.verify')}>
            <Snippets endpoint={endpoint} />
          </Section>
        </div>
      )}
    </div>
  );
}
