import { useMutation, useQueryClient } from '../../data/index.ts';
import { useState } from 'preact/hooks';
import { api } from '../../api/client.ts';
import type { Registered } from '../../api/types.ts';
import { ButtonLink } from '../../design/button.tsx';
import type { ProfileRules } from '../../session/session.ts';
import { t } from '../../strings/translate.ts';
import { emptyValues, toRegistration } from '../../webhook-form/form-values.ts';
import { WebhookForm } from '../../webhook-form/webhook-form.tsx';

export interface RegisterFormProps {
  rules: ProfileRules;
  onCreated: (endpoint: Registered) => void;
}

/** Registers one webhook, with all settings that its profile supports. */
export function RegisterForm({ rules, onCreated }: RegisterFormProps) {
  const client = useQueryClient();
  const [values, setValues] = useState(() => emptyValues(rules));
  const create = useMutation({
    mutationFn: () => api.post('/webhooks', { body: toRegistration(values, rules) }),
    onSuccess: (endpoint) => {
      onCreated(endpoint);
      return client.invalidateQueries({ queryKey: ['endpoints'] });
    },
  });
  return (
    <WebhookForm
      rules={rules}
      values={values}
      onChange={setValues}
      onSubmit={() => create.mutate()}
      error={create.error}
      busy={create.isPending}
      submit={t('register.submit')}
      isNew
      cancel={<ButtonLink to={{}}>{t('action.cancel')}</ButtonLink>}
    />
  );
}
