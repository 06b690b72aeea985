import { useQuery } from '../data/index.ts';
import { useId, useState } from 'preact/hooks';
import { queries } from '../api/queries.ts';
import { Checkbox, FieldErrors, Radio, SelectField } from '../design/field.tsx';
import { t } from '../strings/translate.ts';
import { groupEvents, type EventGroup } from './event-groups.ts';
import { profileText } from './profile-text.ts';
import type { FormPartProps } from './form-part.tsx';

/**
 * Chooses the events of a webhook: all events, or some of them, in groups. If the profile allows only one event for
 * each webhook, the choice is a list.
 */
export function EventPicker({ rules, values, set, errorsOf }: FormPartProps) {
  const id = useId();
  const { data } = useQuery(queries.eventTypes(rules.name));
  const [chosen, setChosen] = useState(values.events.filter((name) => name !== '*'));
  const groups = groupEvents(rules.eventNames, data?.data ?? [], rules.name);
  const errors = errorsOf('events');
  const all = values.events.includes('*');
  const choose = (events: string[]) => {
    setChosen(events);
    set({ events });
  };

  if (rules.maxEvents === 1) {
    const choices = groups.flatMap((group) => group.choices);
    return (
      <SelectField
        label={profileText('form.event', rules.name)}
        hint={choices.find(({ name }) => name === values.events[0])?.description}
        value={values.events[0] ?? ''}
        onChange={(name) => set({ events: [name] })}
        options={choices.map(({ name }) => ({ value: name, label: name }))}
        errors={errors}
      />
    );
  }
  return (
    <fieldset class="fieldset" aria-describedby={errors.length > 0 ? `${id}-error` : undefined}>
      <legend class="field-label">{profileText('form.events', rules.name)}</legend>
      {rules.wildcards && (
        <div class="choice-row">
          <Radio
            name={id}
            label={t('form.someEvents')}
            checked={!all}
            onChoose={() => set({ events: chosen })}
          />
          <Radio
            name={id}
            label={t('form.allEvents')}
            hint={t('form.allEventsHint')}
            checked={all}
            onChoose={() => set({ events: ['*'] })}
          />
        </div>
      )}
      {!all && (
        <div class={`event-groups${errors.length > 0 ? ' event-groups-wrong' : ''}`}>
          {groups.map((group) => (
            <EventGroupChoice
              key={group.prefix}
              group={group}
              wildcards={rules.wildcards}
              chosen={chosen}
              onChange={choose}
            />
          ))}
        </div>
      )}
      <FieldErrors id={`${id}-error`} errors={errors} />
    </fieldset>
  );
}

interface GroupProps {
  group: EventGroup;
  wildcards: boolean;
  chosen: readonly string[];
  onChange: (events: string[]) => void;
}

/** The events of one group. `message.*` includes all of them, and events that are added later. */
function EventGroupChoice({ group, wildcards, chosen, onChange }: GroupProps) {
  const pattern = `${group.prefix}.*`;
  const isAll = chosen.includes(pattern);
  const own = group.choices.map(({ name }) => name);
  const others = chosen.filter((name) => name !== pattern && !own.includes(name));
  return (
    <div class="event-group">
      {wildcards && group.choices.length > 1 && (
        <Checkbox
          label={<span class="mono">{pattern}</span>}
          hint={t('form.patternHint', { prefix: group.prefix })}
          checked={isAll}
          onChange={(checked) => onChange(checked ? [...others, pattern] : others)}
        />
      )}
      {group.choices.map(({ name, description }) => (
        <Checkbox
          key={name}
          label={<span class="mono">{name}</span>}
          hint={description}
          checked={isAll || chosen.includes(name)}
          disabled={isAll}
          onChange={(checked) =>
            onChange(checked ? [...chosen, name] : chosen.filter((each) => each !== name))
          }
        />
      ))}
    </div>
  );
}
