import { useMutation, useQueryClient } from '../../data/index.ts';
import { useState } from 'preact/hooks';
import { api } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import type { Endpoint } from '../../api/types.ts';
import { announce } from '../../design/announcer.tsx';
import type { ProfileRules } from '../../session/session.ts';
import { t } from '../../strings/translate.ts';
import { toChange, valuesOf } from '../../webhook-form/form-values.ts';
import { WebhookForm } from '../../webhook-form/webhook-form.tsx';
import { Section } from './section.tsx';

/** Changes a webhook. Typed text is kept while the page polls the webhook's state. */
export function EditSection({ endpoint, rules }: { endpoint: Endpoint; rules: ProfileRules }) {
  const client = useQueryClient();
  const [before, setBefore] = useState(endpoint);
  const [values, setValues] = useState(() => valuesOf(endpoint));
  const save = useMutation({
    mutationFn: async () => {
      const body = toChange(values, before, rules);
      if (Object.keys(body).length === 0) return null;
      return api.patch('/webhooks/{id}', { path: { id: endpoint.id }, body });
    },
    onSuccess: (changed) => {
      announce(t(changed ? 'settings.saved' : 'settings.unchanged'));
      if (!changed) return;
      client.setQueryData(queries.endpoint(changed.id).queryKey, changed);
      setBefore(changed);
      setValues(valuesOf(changed));
      void client.invalidateQueries({ queryKey: ['endpoints'] });
    },
  });
  return (
    <Section title={t('settings.edit')}>
      <p class="muted small">
        {t('settings.profile')}: {rules.title}
      </p>
      <WebhookForm
        rules={rules}
        values={values}
        onChange={setValues}
        onSubmit={() => save.mutate()}
        error={save.error}
        busy={save.isPending}
        submit={t('action.save')}
        headerNames={before.headerNames ?? []}
      />
    </Section>
  );
}
