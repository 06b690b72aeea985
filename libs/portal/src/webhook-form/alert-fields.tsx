import { TextField } from '../design/field.tsx';
import { t } from '../strings/translate.ts';
import { profileText } from './profile-text.ts';
import { Switch, type FormPartProps } from './form-part.tsx';

/** Fields that say to whom mail about this webhook is sent, and when. Shows only the fields that the profile supports. */
export function AlertFields(part: FormPartProps) {
  const { rules, values, set, errorsOf } = part;
  const has = (field: (typeof rules.fields)[number]) => rules.fields.includes(field);
  return (
    <>
      {has('alertEmail') && (
        <TextField
          label={profileText('form.alertEmail', rules.name)}
          optional={t('form.optional')}
          hint={t('form.alertEmailHint')}
          type="email"
          autoComplete="email"
          value={values.alertEmail}
          onInput={(alertEmail) => set({ alertEmail })}
          errors={errorsOf('alertEmail')}
        />
      )}
      {has('sendAlertEmail') && (
        <Switch
          part={part}
          field="sendAlertEmail"
          label={t('form.sendAlertEmail')}
          hint={t('form.sendAlertEmailHint')}
        />
      )}
    </>
  );
}
