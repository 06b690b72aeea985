import { SelectField, TextField } from '../design/field.tsx';
import { t } from '../strings/translate.ts';
import './range.css';
import { RANGES, type RangeChoice, type RangeName } from './ranges.ts';

const NAMES = Object.keys(RANGES) as RangeName[];

interface RangeFieldsProps {
  value: RangeChoice;
  set: (choice: RangeChoice) => void;
  /** A choice that is listed before the named ranges. */
  first?: { value: string; label: string };
  errors?: readonly string[];
}

/** Chooses a range that ends now, or one between two times. */
export function RangeFields({ value, set, first, errors }: RangeFieldsProps) {
  const { range = '', since = '', until = '' } = value;
  return (
    <>
      <SelectField
        label={t('range.label')}
        value={range}
        errors={range === 'custom' ? [] : errors}
        onChange={(name) => set({ range: name, since: undefined, until: undefined })}
        options={[
          ...(first ? [first] : []),
          ...NAMES.map((name) => ({ value: name, label: t(`range.${name}`) })),
          { value: 'custom', label: t('range.custom') },
        ]}
      />
      {range === 'custom' && (
        <>
          <TextField
            label={t('range.since')}
            type="datetime-local"
            value={since}
            errors={errors}
            onInput={(text) => set({ range, since: text, until })}
          />
          <TextField
            label={t('range.until')}
            type="datetime-local"
            value={until}
            onInput={(text) => set({ range, since, until: text })}
          />
        </>
      )}
    </>
  );
}
