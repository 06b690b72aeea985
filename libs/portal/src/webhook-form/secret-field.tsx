import { useId } from 'preact/hooks';
import { Radio, TextField } from '../design/field.tsx';
import { Link } from '../routing/link.tsx';
import { Text } from '../strings/text.tsx';
import { t } from '../strings/translate.ts';
import type { SecretChoice } from './form-values.ts';
import { profileText } from './profile-text.ts';
import type { FormPartProps } from './form-part.tsx';

/** Chooses the secret of a new webhook, if the profile leaves a choice. */
export function SecretField({ rules, values, set, errorsOf }: FormPartProps) {
  const id = useId();
  const { owner, required, callerSupplied } = rules.secret;
  if (owner === 'account') {
    return (
      <div class="field">
        <span class="field-label">{t('form.secret')}</span>
        <div class="field-hint">
          <Text
            of="form.accountSecret"
            with={{ link: <Link to={{ screen: 'account' }}>{t('form.accountSecretLink')}</Link> }}
          />
        </div>
      </div>
    );
  }
  const choices: SecretChoice[] = [
    ...(callerSupplied ? [] : (['generate'] as const)),
    'own',
    ...(required ? [] : (['unsigned'] as const)),
  ];
  const input = (
    <TextField
      label={profileText('form.ownSecret', rules.name)}
      hint={profileText('form.ownSecretHint', rules.name)}
      mono
      autoComplete="off"
      value={values.secret}
      onInput={(secret) => set({ secret })}
      errors={errorsOf('secret')}
    />
  );
  if (choices.length === 1) return input;
  return (
    <fieldset class="fieldset">
      <legend class="field-label">{profileText('form.secret', rules.name)}</legend>
      <div class="choice-row">
        {choices.map((choice) => (
          <Radio
            key={choice}
            name={id}
            label={t(`form.secret.${choice}`)}
            checked={values.secretChoice === choice}
            onChoose={() => set({ secretChoice: choice })}
          />
        ))}
      </div>
      {values.secretChoice === 'own' && input}
      {values.secretChoice === 'unsigned' && <div class="field-hint">{t('form.unsignedHint')}</div>}
    </fieldset>
  );
}
