import { useState } from 'preact/hooks';
import { TextField } from '../../design/field.tsx';
import { Icon } from '../../design/icon.tsx';
import { navigate } from '../../routing/location.ts';
import { RangeFields } from '../../range/range-fields.tsx';
import type { Params } from '../../routing/route.ts';
import { t } from '../../strings/translate.ts';
import { FILTERS } from './delivery-query.ts';
import { EventFilter, ResponseFilter, TestFilter, WebhookFilter } from './filter-fields.tsx';
import { LiveSwitch } from './live-switch.tsx';
import { StateViews } from './state-views.tsx';
import { useTyping } from './use-typing.ts';

export type SetFilters = (filters: Params) => void;

const FIELDS = [
  'event',
  'status',
  'endpoint',
  'range',
  'test',
] as const satisfies readonly (typeof FILTERS)[number][];

/** All filters of a list of deliveries. They are kept in the URL, so that a filtered list can be shared. */
export function DeliveryFilters({ params }: { params: Params }) {
  const set: SetFilters = (filters) =>
    navigate({ ...params, ...filters, cursor: undefined }, { replace: true });
  const count = FIELDS.filter((name) => params[name]).length;
  const [open, setOpen] = useState(count > 0);
  const [words, setWords] = useTyping(params.q ?? '', (q) => set({ q: q.trim() }));
  return (
    <search class="filters-frame">
      <div class="row row-spread">
        <StateViews params={params} />
        <LiveSwitch params={params} />
      </div>
      <div class="filter-line">
        <TextField
          label={t('deliveries.search')}
          type="search"
          mono
          placeholder={t('deliveries.searchPlaceholder')}
          autoComplete="off"
          value={words}
          onInput={setWords}
        />
        <button
          type="button"
          class="button filter-toggle"
          aria-expanded={open}
          aria-controls="delivery-filters"
          onClick={() => setOpen(!open)}
        >
          {count > 0 ? t('deliveries.filtersSet', { n: count }) : t('deliveries.filters')}
          <Icon name="down" />
        </button>
      </div>
      <div class="filter-fields" id="delivery-filters" hidden={!open}>
        <EventFilter params={params} set={set} />
        <ResponseFilter params={params} set={set} />
        {!params.webhook && <WebhookFilter params={params} set={set} />}
        <RangeFields
          value={params}
          set={({ range, since, until }) => set({ range, since, until })}
          first={{ value: '', label: t('range.all') }}
        />
        <TestFilter params={params} set={set} />
      </div>
    </search>
  );
}
