import { LineLogger } from '../../core/line-logger.js';
import type { Destination } from '../destinations/destination.js';
import type { EndpointState, Reason } from '../../core/states.js';
import type { WebhookEvent } from '../../events/event.js';
import type { Profile, WireEvent } from '../../profiles/profile.js';
import type { ClaimedEvent } from '../../store/postgres/relay/claim-events.js';
import { explainMismatch, selectRequests } from '../../events/subscription.js';

/** A delivery to be inserted. */
export interface NewDelivery {
  event: ClaimedEvent;
  target: Destination;
  wireType: string;
  body: string;
  callbackUrl: string | null;
  /** It ends here, for this reason. */
  reason: Reason | null;
  /** May be handed straight to this worker, if order allows. */
  direct: boolean;
}

/** Renders each event once for each profile. */
export class EventRenderer {
  private readonly logger = new LineLogger('WebhookRelay');
  private readonly rendered = new Map<string, WireEvent[] | null>();

  /** The requests of an event in a profile, one for each wire type; `null` where the profile failed. */
  render(event: WebhookEvent & { damaged?: boolean }, profile: Profile): WireEvent[] | null {
    const key = `${event.sequence} ${profile.name}`;
    let requests = this.rendered.get(key);
    if (requests === undefined) this.rendered.set(key, (requests = this.tryRender(event, profile)));
    return requests;
  }

  private tryRender(event: WebhookEvent & { damaged?: boolean }, profile: Profile): WireEvent[] | null {
    try {
      if (event.damaged) throw new TypeError('its data in the database is not JSON');
      const requests = profile.render(event);
      requests.forEach(checkRequest);
      return [...new Map(requests.map((request) => [request.type, request])).values()];
    } catch (error) {
      this.logger.error(
        `Profile "${profile.name}" could not render event ${event.sequence} (${event.type}): ${(error as Error).message}`,
      );
      return null;
    }
  }
}

const NUL = '\0';

/** Throws what a host's own profile made wrong: in the database it would stop the whole batch. */
function checkRequest({ type, body }: WireEvent): void {
  const isText = (value: unknown): boolean =>
    typeof value === 'string' && !value.includes(NUL) && value.isWellFormed();
  if (!isText(type) || type === '' || type.length > 128)
    throw new TypeError('each request needs a type of 1 to 128 characters');
  if (!isText(body)) throw new TypeError(`the body of ${type} must be text without NUL`);
}

const STATE_OF: Record<Destination['state'], EndpointState> = {
  open: 'active',
  paused: 'paused',
  closed: 'disabled',
};

/** The deliveries of one event for the tenant's endpoints: those that match, in their profiles' words. */
export function fanOutToEndpoints(
  event: ClaimedEvent,
  targets: readonly Destination[],
  renderer: EventRenderer,
  callbackMode: 'replace' | 'add',
): NewDelivery[] {
  const deliveries: NewDelivery[] = [];
  for (const target of targets) {
    const endpoint = {
      id: target.endpointId!,
      events: target.events,
      phoneNumbers: target.phoneNumbers,
      state: STATE_OF[target.state],
      createdAt: target.createdAt,
      deletedAt: null,
    };
    const unreadable = target.blockedReason === 'endpoint-unreadable';
    const rendered = unreadable ? null : renderer.render(event, target.profile);
    const mismatch = explainMismatch(event, endpoint, rendered ?? [], callbackMode);
    if (rendered === null) {
      // Nobody can say whether its names would have matched: a delivery that ended says what happened.
      if (mismatch === 'profile-cannot-express')
        deliveries.push({ ...blank(event, target), reason: 'render-failed' });
    } else if (mismatch === null) {
      for (const { type, body } of selectRequests(target.events, rendered, event.test)) {
        deliveries.push({ ...blank(event, target), wireType: type, body });
      }
    }
  }
  return deliveries;
}

/** The deliveries of one event to its `callbackUrl`; `refused`: the URL may not be used, as a delivery that ended. */
export function fanOutToCallback(
  event: ClaimedEvent,
  target: Destination,
  refused: boolean,
  renderer: EventRenderer,
): NewDelivery[] {
  const rendered = renderer.render(event, target.profile);
  const callback = { ...blank(event, target), callbackUrl: event.callbackUrl };
  if (rendered === null) return [{ ...callback, reason: 'render-failed' }];
  return rendered.map(({ type, body }) => ({
    ...callback,
    wireType: type,
    body,
    reason: refused ? ('url-refused' as const) : null,
  }));
}

function blank(event: ClaimedEvent, target: Destination): NewDelivery {
  return { event, target, wireType: event.type, body: '', callbackUrl: null, reason: null, direct: false };
}
