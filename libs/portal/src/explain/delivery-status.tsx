import type { Delivery } from '../api/types.ts';
import { DeliveryPill } from '../design/status-pill.tsx';
import { ResultChip } from './result-chip.tsx';

/** The state of a delivery, with the result of its last attempt. */
export function DeliveryStatus({
  state,
  attemptCount,
  lastAttempt,
}: Pick<Delivery, 'state' | 'attemptCount' | 'lastAttempt'>) {
  return (
    <span class="row">
      <DeliveryPill state={state} attemptCount={attemptCount} />
      {lastAttempt && <ResultChip attempt={lastAttempt} />}
    </span>
  );
}
