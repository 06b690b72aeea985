import { useQuery } from '../../data/index.ts';
import { useState } from 'preact/hooks';
import { queries } from '../../api/queries.ts';
import { SelectField, TextField } from '../../design/field.tsx';
import type { Params } from '../../routing/route.ts';
import { useSession } from '../../session/session-context.ts';
import { t } from '../../strings/translate.ts';
import type { SetFilters } from './delivery-filters.tsx';

interface FilterProps {
  params: Params;
  set: SetFilters;
}

/** The choices, plus the value in the URL if it is not one of them. */
const withCurrent = (names: readonly string[], current: string | undefined): string[] => [
  ...names,
  ...(current && !names.includes(current) ? [current] : []),
];

export function EventFilter({ params, set }: FilterProps) {
  const { profile } = useSession();
  const { data } = useQuery(queries.eventTypes(profile));
  const names = withCurrent(data?.data.map(({ name }) => name) ?? [], params.event);
  return (
    <SelectField
      label={t('deliveries.event')}
      value={params.event ?? ''}
      onChange={(event) => set({ event })}
      options={[
        { value: '', label: t('deliveries.anyEvent') },
        ...names.map((name) => ({ value: name, label: name })),
      ]}
    />
  );
}

export function WebhookFilter({ params, set }: FilterProps) {
  const { data } = useQuery(queries.endpoints({ limit: 100 }));
  const urls = new Map(data?.data.map(({ id, url }) => [id, url]));
  return (
    <SelectField
      label={t('deliveries.webhook')}
      value={params.endpoint ?? ''}
      onChange={(endpoint) => set({ endpoint })}
      options={[
        { value: '', label: t('deliveries.anyWebhook') },
        ...withCurrent([...urls.keys()], params.endpoint).map((id) => ({
          value: id,
          label: urls.get(id) ?? id,
        })),
      ]}
    />
  );
}

const CLASSES = ['2xx', '3xx', '4xx', '5xx', 'none'] as const;

/** A class of status codes, or one status code. */
export function ResponseFilter({ params: { status = '' }, set }: FilterProps) {
  const isClass = status === '' || CLASSES.some((each) => each === status);
  const [exact, setExact] = useState(!isClass);
  const choose = (value: string) => {
    setExact(value === 'exact');
    set({ status: value === 'exact' ? undefined : value });
  };
  return (
    <>
      <SelectField
        label={t('deliveries.response')}
        value={exact ? 'exact' : status}
        onChange={choose}
        options={[
          { value: '', label: t('deliveries.anyResponse') },
          ...CLASSES.map((each) => ({ value: each, label: t(`deliveries.response.${each}`) })),
          { value: 'exact', label: t('deliveries.response.exact') },
        ]}
      />
      {exact && (
        <TextField
          label={t('deliveries.exactStatus')}
          type="number"
          min={100}
          max={999}
          placeholder="503"
          value={isClass ? '' : status}
          onInput={(value) => set({ status: value })}
        />
      )}
    </>
  );
}

export function TestFilter({ params, set }: FilterProps) {
  return (
    <SelectField
      label={t('deliveries.tests')}
      value={params.test ?? ''}
      onChange={(test) => set({ test })}
      options={[
        { value: '', label: t('deliveries.tests.all') },
        { value: 'none', label: t('deliveries.tests.none') },
        { value: 'only', label: t('deliveries.tests.only') },
      ]}
    />
  );
}
