import { Checkbox } from '../design/field.tsx';
import type { ProfileRules } from '../session/session.ts';
import type { FormValues } from './form-values.ts';

export interface FormPartProps {
  rules: ProfileRules;
  values: FormValues;
  set: (change: Partial<FormValues>) => void;
  /** Returns the API's messages for a field. */
  errorsOf: (field: string) => string[];
}

export function Switch({
  part,
  field,
  label,
  hint,
}: {
  part: FormPartProps;
  field: 'sendAlertEmail' | 'retryOnError' | 'skipErrors';
  label: string;
  hint?: string;
}) {
  return (
    <Checkbox
      label={label}
      hint={hint}
      checked={part.values[field]}
      onChange={(checked) => part.set({ [field]: checked })}
    />
  );
}
