import { useState } from 'preact/hooks';
import type { Endpoint } from '../../api/types.ts';
import { Button } from '../../design/button.tsx';
import { Checkbox } from '../../design/field.tsx';
import { RangeFields } from '../../range/range-fields.tsx';
import { resolveRange, type RangeChoice } from '../../range/ranges.ts';
import { t } from '../../strings/translate.ts';
import type { RecoverBody, RecoverState } from './recover-all.ts';

const STATES: RecoverState[] = ['exhausted', 'discarded', 'pending'];

interface RecoverFormProps {
  endpoint: Endpoint;
  busy: boolean;
  count: (body: RecoverBody) => void;
  /** Called when the choice changes: an earlier count is then out of date. */
  onChange: () => void;
}

/** Chooses which deliveries to send again. */
export function RecoverForm({ endpoint: { failingSince }, busy, count, onChange }: RecoverFormProps) {
  const [choice, setChoice] = useState<RangeChoice>({ range: failingSince ? 'failing' : '24h' });
  const [states, setStates] = useState(STATES);
  const [missing, setMissing] = useState(false);
  const change = (apply: () => void) => {
    apply();
    setMissing(false);
    onChange();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const { since, until } =
      choice.range === 'failing' ? { since: failingSince ?? undefined } : resolveRange(choice, Date.now());
    setMissing(!since);
    if (since) count({ since, until, states });
  };
  return (
    <form class="stack" onSubmit={submit}>
      <div class="filter-fields">
        <RangeFields
          value={choice}
          set={(next) => change(() => setChoice(next))}
          first={failingSince ? { value: 'failing', label: t('recover.sinceFailing') } : undefined}
          errors={missing ? [t('range.required')] : []}
        />
      </div>
      <fieldset class="recover-states">
        <legend class="field-label">{t('recover.which')}</legend>
        {STATES.map((state) => (
          <Checkbox
            key={state}
            label={t(`recover.state.${state}`)}
            checked={states.includes(state)}
            onChange={(checked) =>
              change(() =>
                setStates(STATES.filter((each) => (each === state ? checked : states.includes(each)))),
              )
            }
          />
        ))}
      </fieldset>
      <div class="row">
        <Button type="submit" busy={busy} disabled={states.length === 0}>
          {t('recover.count')}
        </Button>
      </div>
    </form>
  );
}
