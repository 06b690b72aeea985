import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { asApiError, type ApiError } from '../api/api-error.ts';
import { Button } from '../design/button.tsx';
import { TextArea, TextField } from '../design/field.tsx';
import { Notice } from '../design/notice.tsx';
import { ActionError } from '../design/states.tsx';
import type { ProfileRules } from '../session/session.ts';
import { t } from '../strings/translate.ts';
import { AdvancedFields } from './advanced-fields.tsx';
import { AlertFields } from './alert-fields.tsx';
import type { FormPartProps } from './form-part.tsx';
import { EventPicker } from './event-picker.tsx';
import type { FormValues } from './form-values.ts';
import { profileText } from './profile-text.ts';
import { SecretField } from './secret-field.tsx';
import './webhook-form.css';

interface WebhookFormProps {
  rules: ProfileRules;
  values: FormValues;
  onChange: (values: FormValues) => void;
  onSubmit: () => void;
  error: unknown;
  busy: boolean;
  submit: string;
  /** The webhook is new, so its secret is chosen here. */
  isNew?: boolean;
  /** Names of the headers that are stored. */
  headerNames?: readonly string[];
  cancel?: ComponentChildren;
}

/** Fields that show their own messages. Messages for other fields are shown above the button. */
const SHOWN_FIELDS =
  /^(url|events|description|phoneNumbers|secret|alertEmail|sendAlertEmail|retryOnError|skipErrors|skipErrorCodes|timeoutMs|maxThroughputPerMinute|maxInFlight|ordering|headers)\b/;

function otherProblems(error: ApiError | null): string[] {
  if (!error) return [];
  const hidden = error.details.filter(({ field }) => !SHOWN_FIELDS.test(field));
  return error.details.length > 0 ? hidden.map(({ message }) => message) : [];
}

/** Shows the settings that the webhook's profile supports, as a form. */
export function WebhookForm(props: WebhookFormProps) {
  const { rules, values, onChange, onSubmit, error, busy, submit, isNew, headerNames, cancel } = props;
  const form = useRef<HTMLFormElement>(null);
  const apiError = error ? asApiError(error) : null;
  const errorsOf = (field: string) => apiError?.messagesOf(field) ?? [];
  const set = (change: Partial<FormValues>) => onChange({ ...values, ...change });
  const part: FormPartProps = { rules, values, set, errorsOf };
  const others = otherProblems(apiError);

  useEffect(() => {
    if (apiError)
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"], .event-groups-wrong input')?.focus();
  }, [error]);

  return (
    <form
      ref={form}
      class="webhook-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) onSubmit();
      }}
    >
      <TextField
        label={profileText('form.url', rules.name)}
        hint={t(rules.httpsOnly ? 'form.urlHintHttps' : 'form.urlHint')}
        type="url"
        mono
        required
        autoComplete="off"
        placeholder={profileText('form.urlPlaceholder', rules.name)}
        value={values.url}
        onInput={(url) => set({ url })}
        errors={errorsOf('url')}
      />
      <TextField
        label={t('form.description')}
        optional={t('form.optional')}
        placeholder={t('form.descriptionPlaceholder')}
        value={values.description}
        onInput={(description) => set({ description })}
        errors={errorsOf('description')}
      />
      <EventPicker {...part} />
      {rules.fields.includes('phoneNumbers') && (
        <TextArea
          label={t('form.phoneNumbers')}
          optional={t('form.optional')}
          hint={t('form.phoneNumbersHint')}
          rows={2}
          placeholder="+256701521269"
          value={values.phoneNumbers}
          onInput={(phoneNumbers) => set({ phoneNumbers })}
          errors={errorsOf('phoneNumbers')}
        />
      )}
      {isNew && <SecretField {...part} />}
      <AlertFields {...part} />
      <AdvancedFields {...part} headerNames={headerNames ?? []} />
      {apiError && apiError.details.length === 0 && <ActionError error={apiError} />}
      {others.length > 0 && <Notice tone="danger" title={others.join(' ')} live />}
      <div class="row">
        <Button kind="primary" type="submit" busy={busy}>
          {submit}
        </Button>
        {cancel}
      </div>
    </form>
  );
}
