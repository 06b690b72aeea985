import { useState } from 'preact/hooks';
import { queries } from '../../api/queries.ts';
import type { Endpoint } from '../../api/types.ts';
import { useQuery } from '../../data/index.ts';
import { Button } from '../../design/button.tsx';
import { SelectField, TextField } from '../../design/field.tsx';
import { RangeFields } from '../../range/range-fields.tsx';
import { resolveRange, type RangeChoice } from '../../range/ranges.ts';
import { t } from '../../strings/translate.ts';
import type { ReplayBody } from './replay-queries.ts';

interface ReplayFormProps {
  endpoint: Endpoint;
  busy: boolean;
  count: (body: ReplayBody) => void;
  /** Called when the choice changes: an earlier count is then out of date. */
  onChange: () => void;
}

/** Chooses which events to send. */
export function ReplayForm({ endpoint, busy, count, onChange }: ReplayFormProps) {
  const { data } = useQuery(queries.eventTypes(endpoint.profile));
  const [choice, setChoice] = useState<RangeChoice>({ range: '24h' });
  const [type, setType] = useState('');
  const [subject, setSubject] = useState('');
  const [missing, setMissing] = useState(false);
  const changing =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value);
      setMissing(false);
      onChange();
    };
  const submit = (event: Event) => {
    event.preventDefault();
    const { since, until } = resolveRange(choice, Date.now());
    setMissing(!since);
    if (since)
      count({ since, until, types: type ? [type] : undefined, subject: subject.trim() || undefined });
  };
  return (
    <form class="stack" onSubmit={submit}>
      <div class="filter-fields">
        <RangeFields value={choice} set={changing(setChoice)} errors={missing ? [t('range.required')] : []} />
        <SelectField
          label={t('deliveries.event')}
          value={type}
          onChange={changing(setType)}
          options={[
            { value: '', label: t('replay.allEvents') },
            ...(data?.data ?? [])
              .filter(({ names }) => names[endpoint.profile])
              .map(({ name }) => ({ value: name, label: name })),
          ]}
        />
        <TextField label={t('message.id')} mono value={subject} onInput={changing(setSubject)} />
      </div>
      <div class="row">
        <Button type="submit" busy={busy}>
          {t('replay.count')}
        </Button>
      </div>
    </form>
  );
}
