import type { Delivery } from '../api/types.ts';
import { Time } from '../design/time.tsx';
import { t } from '../strings/translate.ts';
import './explain.css';

/** Says when a delivery is sent next, and what it waits for. Renders nothing if the delivery is finished. */
export function NextAttempt({ delivery }: { delivery: Delivery }) {
  const { waits, waitsUntil } = delivery;
  if (delivery.state === 'sending') return <span class="muted">{t('deliveries.underWay')}</span>;
  if (!waits) return null;
  return (
    <span class="wait">
      {waitsUntil && <Time at={waitsUntil} />}
      <span class={waitsUntil ? 'muted small' : undefined}>{t(`wait.short.${waits}`)}</span>
    </span>
  );
}
