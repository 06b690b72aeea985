import { t } from '../../strings/translate.ts';

const MAX_SHOWN = 2;

/**
 * The first two event names of a list, and how many more there are. "All events" stands out, because most webhooks need
 * fewer events.
 */
export function EventNames({ names }: { names: readonly string[] }) {
  if (names.includes('*')) return <span class="tag tag-wide">{t('webhooks.allEvents')}</span>;
  const rest = names.length - MAX_SHOWN;
  return (
    <div class="event-names" title={names.join('\n')}>
      {names.slice(0, MAX_SHOWN).map((name) => (
        <div key={name} class="mono">
          {name}
        </div>
      ))}
      {rest > 0 && <div class="muted small">{t('webhooks.moreEvents', { n: rest })}</div>}
    </div>
  );
}
