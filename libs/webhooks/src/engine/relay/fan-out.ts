import type { EndpointState } from '../../core/states.js';
import { explainMismatch, selectRequests } from '../../events/subscription.js';
import type { ClaimedEvent, DeliveryToInsert } from '../../store/outbox-store.js';
import type { Destination } from '../destinations/destination.js';
import type { CallbackDestination } from './callback-destinations.js';
import type { EventRenderer } from './event-renderer.js';

/** A delivery that the relay is about to insert. */
export interface NewDelivery extends DeliveryToInsert {
  event: ClaimedEvent;
  destination: Destination;
}

const STATE_OF: Record<Destination['state'], EndpointState> = {
  open: 'active',
  paused: 'paused',
  closed: 'disabled',
};

/** The deliveries of one event to the matching endpoints of the tenant, each rendered in the endpoint's profile. */
export function fanOutToEndpoints(
  event: ClaimedEvent,
  destinations: readonly Destination[],
  renderer: EventRenderer,
  callbackMode: 'replace' | 'add',
): NewDelivery[] {
  const deliveries: NewDelivery[] = [];
  for (const destination of destinations) {
    const endpoint = {
      id: destination.endpointId!,
      events: destination.events,
      phoneNumbers: destination.phoneNumbers,
      state: STATE_OF[destination.state],
      createdAt: destination.createdAt,
      deletedAt: null,
    };
    const isUnreadable = destination.blockedReason === 'endpoint-unreadable';
    const rendered = isUnreadable ? null : renderer.render(event, destination.profile);
    const mismatch = explainMismatch(event, endpoint, rendered ?? [], callbackMode);
    if (rendered === null) {
      // The wire types are unknown, so it is also unknown whether the endpoint subscribes to them. A discarded delivery shows
      // the customer what happened.
      if (mismatch === 'profile-cannot-express')
        deliveries.push({ ...blankDelivery(event, destination), reason: 'render-failed' });
    } else if (mismatch === null) {
      for (const { type, body } of selectRequests(destination.events, rendered, event.test)) {
        deliveries.push({ ...blankDelivery(event, destination), wireType: type, body });
      }
    }
  }
  return deliveries;
}

/** The deliveries of one event to its `callbackUrl`. What cannot be sent becomes a discarded delivery with a reason. */
export function fanOutToCallback(
  event: ClaimedEvent,
  { destination, isRefused }: CallbackDestination,
  renderer: EventRenderer,
): NewDelivery[] {
  const rendered = renderer.render(event, destination.profile);
  const callback = { ...blankDelivery(event, destination), callbackUrl: event.callbackUrl };
  if (rendered === null) return [{ ...callback, reason: 'render-failed' }];
  if (rendered.length === 0) return [{ ...callback, reason: 'profile-cannot-express' }];
  return rendered.map(({ type, body }) => ({
    ...callback,
    wireType: type,
    body,
    reason: isRefused ? ('url-refused' as const) : null,
  }));
}

function blankDelivery(event: ClaimedEvent, destination: Destination): NewDelivery {
  return {
    event,
    destination,
    wireType: event.type,
    body: '',
    callbackUrl: null,
    reason: null,
    isDirect: false,
  };
}
