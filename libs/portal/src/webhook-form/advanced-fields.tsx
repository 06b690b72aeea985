import { SelectField, TextField } from '../design/field.tsx';
import { durationText } from '../design/time.tsx';
import type { ProfileRules } from '../session/session.ts';
import { t } from '../strings/translate.ts';
import type { FormValues } from './form-values.ts';
import { HeaderFields } from './header-fields.tsx';
import { Switch, type FormPartProps } from './form-part.tsx';

const FIELDS = [
  'timeoutMs',
  'maxThroughputPerMinute',
  'maxInFlight',
  'ordering',
  'headers',
  'skipErrorCodes',
  'skipErrors',
  'retryOnError',
];

/** Settings that most webhooks leave as they are. The section opens by itself if the API refuses one of its fields. */
export function AdvancedFields(part: FormPartProps & { headerNames: readonly string[] }) {
  const { rules, values, set, errorsOf, headerNames } = part;
  const has = (field: (typeof rules.fields)[number]) => rules.fields.includes(field);
  const wrong = FIELDS.some((field) => errorsOf(field).length > 0);
  return (
    <details class="advanced" open={wrong || undefined}>
      <summary>{t('form.advanced')}</summary>
      <div class="advanced-body">
        <div class="columns">
          <TextField
            label={t('form.timeout')}
            hint={t('form.timeoutHint', { default: rules.timeoutMs })}
            value={values.timeoutMs}
            onInput={(timeoutMs) => set({ timeoutMs })}
            errors={errorsOf('timeoutMs')}
          />
          <TextField
            label={t('form.throughput')}
            hint={t('form.throughputHint')}
            value={values.maxThroughputPerMinute}
            onInput={(maxThroughputPerMinute) => set({ maxThroughputPerMinute })}
            errors={errorsOf('maxThroughputPerMinute')}
          />
          <TextField
            label={t('form.inFlight')}
            hint={t('form.inFlightHint')}
            value={values.maxInFlight}
            onInput={(maxInFlight) => set({ maxInFlight })}
            errors={errorsOf('maxInFlight')}
          />
          <SelectField
            label={t('form.ordering')}
            hint={t(`form.ordering.${values.ordering}.hint`)}
            value={values.ordering}
            onChange={(ordering) => set({ ordering: ordering as FormValues['ordering'] })}
            options={(['relaxed', 'strict', 'none'] as const).map((value) => ({
              value,
              label: t(`form.ordering.${value}`),
            }))}
            errors={errorsOf('ordering')}
          />
        </div>
        <HeaderFields {...part} headerNames={headerNames} />
        {has('retryOnError') && <Switch part={part} field="retryOnError" label={t('form.retryOnError')} />}
        <RetrySchedule rules={rules} />
        {has('skipErrors') && (
          <Switch
            part={part}
            field="skipErrors"
            label={t('form.skipErrors')}
            hint={t('form.skipErrorsHint')}
          />
        )}
        {has('skipErrorCodes') && !values.skipErrors && (
          <TextField
            label={t('form.skipErrorCodes')}
            optional={t('form.optional')}
            hint={t('form.skipErrorCodesHint')}
            placeholder="404, 409"
            value={values.skipErrorCodes}
            onInput={(skipErrorCodes) => set({ skipErrorCodes })}
            errors={errorsOf('skipErrorCodes')}
          />
        )}
      </div>
    </details>
  );
}

/** Says when failed requests are retried. The profile decides this, so the text cannot be edited. */
function RetrySchedule({ rules }: { rules: ProfileRules }) {
  if (rules.schedule.length === 0) return <p class="field-hint">{t('form.noRetries')}</p>;
  return (
    <p class="field-hint">
      {t('form.schedule', {
        n: rules.schedule.length,
        waits: rules.schedule.map((wait) => durationText(wait)).join(', '),
      })}
    </p>
  );
}
