import type { DeliveryState, Endpoint } from '../api/types.ts';
import { t } from '../strings/translate.ts';
import { Icon, type IconName } from './icon.tsx';

type PillTone = 'success' | 'danger' | 'warning' | 'info' | 'neutral';

/** A state as icon, text and colour, all of which say the same. */
export function Pill({ tone, icon, children }: { tone: PillTone; icon: IconName; children: string }) {
  return (
    <span class={`pill pill-${tone}`}>
      <Icon name={icon} />
      {children}
    </span>
  );
}

/** The state of an endpoint as its owner sees it: an active one may be shown as failing. */
export function endpointStatus({
  state,
  failingSince,
}: Pick<Endpoint, 'state' | 'failingSince'>): 'active' | 'failing' | 'paused' | 'disabled' {
  return state === 'active' && failingSince ? 'failing' : state;
}

const ENDPOINT: Record<ReturnType<typeof endpointStatus>, [PillTone, IconName]> = {
  active: ['success', 'check'],
  failing: ['danger', 'warning'],
  paused: ['neutral', 'pause'],
  disabled: ['danger', 'stop'],
};

export function EndpointPill({ endpoint }: { endpoint: Pick<Endpoint, 'state' | 'failingSince'> }) {
  const status = endpointStatus(endpoint);
  const [tone, icon] = ENDPOINT[status];
  return (
    <Pill tone={tone} icon={icon}>
      {t(`endpoint.status.${status}`)}
    </Pill>
  );
}

type DeliveryStatus = DeliveryState | 'retrying';

const DELIVERY: Record<DeliveryStatus, [PillTone, IconName]> = {
  delivered: ['success', 'check'],
  retrying: ['warning', 'retry'],
  pending: ['info', 'clock'],
  sending: ['info', 'send'],
  exhausted: ['danger', 'cross'],
  discarded: ['neutral', 'stop'],
};

/** A pending delivery with at least one attempt is shown as retrying. */
export const deliveryStatus = (state: DeliveryState, attemptCount: number): DeliveryStatus =>
  state === 'pending' && attemptCount > 0 ? 'retrying' : state;

export function DeliveryPill({ state, attemptCount }: { state: DeliveryState; attemptCount: number }) {
  const status = deliveryStatus(state, attemptCount);
  const [tone, icon] = DELIVERY[status];
  return (
    <Pill tone={tone} icon={icon}>
      {t(`delivery.status.${status}`)}
    </Pill>
  );
}
