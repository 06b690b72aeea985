import { SelectField, TextField } from '../../design/field.tsx';
import type { Params } from '../../routing/route.ts';
import { t } from '../../strings/translate.ts';
import type { SetFilters } from './delivery-filters.tsx';
import { RANGES } from './delivery-query.ts';

const NAMES = Object.keys(RANGES) as (keyof typeof RANGES)[];

/** When deliveries were created: a range until now, or one from a time to a time. */
export function RangeFilter({ params, set }: { params: Params; set: SetFilters }) {
  return (
    <>
      <SelectField
        label={t('deliveries.range')}
        value={params.range ?? ''}
        onChange={(range) => set({ range, since: undefined, until: undefined })}
        options={[
          { value: '', label: t('deliveries.range.all') },
          ...NAMES.map((name) => ({ value: name, label: t(`deliveries.range.${name}`) })),
          { value: 'custom', label: t('deliveries.range.custom') },
        ]}
      />
      {params.range === 'custom' && (
        <>
          <TextField
            label={t('deliveries.since')}
            type="datetime-local"
            value={params.since ?? ''}
            onInput={(since) => set({ since })}
          />
          <TextField
            label={t('deliveries.until')}
            type="datetime-local"
            value={params.until ?? ''}
            onInput={(until) => set({ until })}
          />
        </>
      )}
    </>
  );
}
