import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { Icon } from './icon.tsx';

interface FieldProps {
  label: string;
  /** Always shown below the label. */
  hint?: ComponentChildren;
  /** What is wrong with the value, such as the API's messages for this field. */
  errors?: readonly string[];
  optional?: string;
}

/** Attributes that connect a control to its label, hint and errors. */
export interface ControlProps {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: boolean;
}

/**
 * A label with its hint and errors. `children` gets the attributes that connect the control to the label, the hint and
 * the errors.
 */
export function Field({
  label,
  hint,
  errors = [],
  optional,
  children,
}: FieldProps & { children: (control: ControlProps) => ComponentChildren }) {
  const id = useId();
  const described = [hint ? `${id}-hint` : '', errors.length > 0 ? `${id}-error` : ''].filter(Boolean);
  return (
    <div class={`field${errors.length > 0 ? ' field-wrong' : ''}`}>
      <label class="field-label" for={id}>
        {label}
        {optional && <span class="field-optional">{optional}</span>}
      </label>
      {hint && (
        <div class="field-hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {children({
        id,
        'aria-describedby': described.join(' ') || undefined,
        'aria-invalid': errors.length > 0 || undefined,
      })}
      <FieldErrors id={`${id}-error`} errors={errors} />
    </div>
  );
}

export function FieldErrors({ id, errors }: { id?: string; errors: readonly string[] }) {
  if (errors.length === 0) return null;
  return (
    <div class="field-error" id={id}>
      <Icon name="warning" />
      <span>{errors.join(' ')}</span>
    </div>
  );
}

interface InputProps extends FieldProps {
  value: string;
  onInput: (value: string) => void;
  /** For URLs, ids and other machine-readable text. */
  mono?: boolean;
  type?: 'text' | 'url' | 'email' | 'search' | 'number' | 'datetime-local';
  placeholder?: string;
  autoComplete?: 'off' | 'email';
  required?: boolean;
  min?: number;
  max?: number;
  list?: string;
}

export function TextField({
  label,
  hint,
  errors,
  optional,
  onInput,
  mono,
  type = 'text',
  ...input
}: InputProps) {
  return (
    <Field {...{ label, hint, errors, optional }}>
      {(control) => (
        <input
          {...input}
          {...control}
          type={type}
          class={`input${mono ? ' mono' : ''}`}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

type AreaProps = FieldProps & {
  value: string;
  onInput: (value: string) => void;
  rows?: number;
  placeholder?: string;
};

/** Several lines of code or JSON. */
export function TextArea({ label, hint, errors, optional, value, onInput, ...area }: AreaProps) {
  return (
    <Field {...{ label, hint, errors, optional }}>
      {(control) => (
        <textarea
          {...area}
          {...control}
          class="input mono"
          spellcheck={false}
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

type SelectProps = FieldProps & {
  value: string;
  onChange: (value: string) => void;
  options: readonly { value: string; label: string }[];
};

export function SelectField({ label, hint, errors, optional, value, onChange, options }: SelectProps) {
  return (
    <Field {...{ label, hint, errors, optional }}>
      {(control) => (
        <select
          {...control}
          class="input"
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface CheckboxProps {
  label: ComponentChildren;
  hint?: ComponentChildren;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}

export function Checkbox({ label, hint, checked, disabled, onChange }: CheckboxProps) {
  const id = useId();
  return (
    <div class="checkbox">
      <input
        type="checkbox"
        id={id}
        checked={checked}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      {hint && (
        <div class="field-hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
    </div>
  );
}

interface RadioProps {
  name: string;
  label: string;
  hint?: string;
  checked: boolean;
  onChoose: () => void;
}

/** One of several choices that share a `name`. */
export function Radio({ name, label, hint, checked, onChoose }: RadioProps) {
  const id = useId();
  return (
    <div class="checkbox">
      <input
        type="radio"
        id={id}
        name={name}
        checked={checked}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={onChoose}
      />
      <label for={id}>{label}</label>
      {hint && (
        <div class="field-hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
    </div>
  );
}
