import { useState } from 'preact/hooks';
import type { Registered } from '../../api/types.ts';
import { SelectField } from '../../design/field.tsx';
import { Notice } from '../../design/notice.tsx';
import { navigate } from '../../routing/location.ts';
import { useScope, useSession } from '../../session/session-context.ts';
import { PageHeader } from '../../shell/page-header.tsx';
import { t } from '../../strings/translate.ts';
import type { ScreenProps } from '../screen.ts';
import { CreatedDialog } from './created-dialog.tsx';
import { RegisterForm } from './register-form.tsx';
import { StreamsForm } from './streams-form.tsx';
import { useDefaultProfile } from './use-default-profile.ts';

/** Adds a webhook with the form for the chosen profile. */
export function RegisterScreen({ params }: ScreenProps) {
  const { profiles } = useSession();
  const mayWrite = useScope('write');
  const fallback = useDefaultProfile();
  const [created, setCreated] = useState<Registered | null>(null);
  const rules = profiles.find(({ name }) => name === (params.profile ?? fallback)) ?? profiles[0];
  if (!mayWrite || !rules) return <Notice tone="info" title={t('state.noScope')} />;
  // If a profile has few events, and one URL for each event, the form has a field for each event, like the platform's
  // page.
  const areStreams = rules.onePerEvent && (rules.eventNames?.length ?? 9) <= 4;
  const Form = areStreams ? StreamsForm : RegisterForm;
  return (
    <>
      <PageHeader title={t('register.title')} up={{ to: {}, label: t('nav.webhooks') }} />
      <div class="card form-card">
        <div class="card-body webhook-form">
          {profiles.length > 1 && (
            <SelectField
              label={t('register.profile')}
              hint={t('register.profileHint')}
              value={rules.name}
              onChange={(profile) => navigate({ screen: 'new', profile }, { replace: true })}
              options={profiles.map(({ name, title }) => ({ value: name, label: title }))}
            />
          )}
          <Form key={rules.name} rules={rules} onCreated={setCreated} />
        </div>
      </div>
      {created && <CreatedDialog endpoint={created} />}
    </>
  );
}
