import { useMutation, useQueryClient } from '../../data/index.ts';
import { useState } from 'preact/hooks';
import { asApiError } from '../../api/api-error.ts';
import { api } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import type { Account } from '../../api/types.ts';
import { announce } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { SelectField, TextField } from '../../design/field.tsx';
import { ActionError } from '../../design/states.tsx';
import { useScope, useSession } from '../../session/session-context.ts';
import { t } from '../../strings/translate.ts';
import { Section } from '../settings/section.tsx';

/** A form for the alert address and the format of new webhooks. */
export function AccountForm({ account }: { account: Account }) {
  const client = useQueryClient();
  const { profiles, profile } = useSession();
  const mayWrite = useScope('write');
  const [email, setEmail] = useState(account.alertEmail ?? '');
  const [chosen, setChosen] = useState(account.defaultProfile ?? '');
  const save = useMutation({
    mutationFn: () =>
      api.patch('/webhooks/account', {
        body: { alertEmail: email.trim() || null, defaultProfile: chosen || null },
      }),
    onSuccess: (changed) => {
      client.setQueryData(queries.account().queryKey, changed);
      announce(t('account.saved'));
    },
  });
  const error = save.error ? asApiError(save.error) : null;
  const hostTitle = profiles.find(({ name }) => name === profile)?.title ?? profile;
  return (
    <Section title={t('account.alerts')}>
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!save.isPending) save.mutate();
        }}
      >
        <TextField
          label={t('account.alertEmail')}
          optional={t('form.optional')}
          hint={t('account.alertEmailHint')}
          type="email"
          autoComplete="email"
          value={email}
          onInput={setEmail}
          errors={error?.messagesOf('alertEmail')}
        />
        {profiles.length > 1 && (
          <SelectField
            label={t('account.profile')}
            hint={t('account.profileHint')}
            value={chosen}
            onChange={setChosen}
            options={[
              { value: '', label: t('account.hostProfile', { title: hostTitle }) },
              ...profiles.map(({ name, title }) => ({ value: name, label: title })),
            ]}
            errors={error?.messagesOf('defaultProfile')}
          />
        )}
        {error?.details.length === 0 && <ActionError error={error} />}
        {mayWrite && (
          <div>
            <Button kind="primary" type="submit" busy={save.isPending}>
              {t('action.save')}
            </Button>
          </div>
        )}
      </form>
    </Section>
  );
}
