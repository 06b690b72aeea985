import type { PublishedEvent } from '../../events/event.js';
import type * as outbox from '../outbox-store.js';
import type { NotifyChannel } from './connection/notify-channel.js';
import { PostgresServiceStore } from './postgres-service-store.js';
import { insertEvents } from './publish/insert-events.js';
import { claimEvents } from './relay/claim-events.js';
import { ensureCallbackLanes } from './relay/ensure-callback-lanes.js';
import { insertDeliveries } from './relay/insert-deliveries.js';
import { readDestinationsOfLanes, readDestinationsOfTenants } from './relay/read-destinations.js';
import { readFewEvents } from './relay/read-few-events.js';
import { relayFewEvents } from './relay/relay-few-events.js';

/** The outbox: publishing and the relay. */
export abstract class PostgresOutboxStore extends PostgresServiceStore {
  abstract readonly notifier: NotifyChannel;

  insertEvents(events: readonly outbox.NewEvent[], traceparent?: string | null): Promise<PublishedEvent[]> {
    const commit = this.commits.noteEvents(this.session.runner);
    return insertEvents(this.session, events, traceparent ?? null, commit, this.notifier.toAnnounceOn);
  }

  claimEvents(limit: number): Promise<outbox.ClaimedEvents> {
    return claimEvents(this.session, limit);
  }

  readDestinationsOfTenants(tenantIds: readonly string[]): Promise<outbox.DestinationRecord[]> {
    return readDestinationsOfTenants(this.session, tenantIds);
  }

  readDestinationsOfLanes(laneIds: readonly string[]): Promise<outbox.DestinationRecord[]> {
    return readDestinationsOfLanes(this.session, laneIds);
  }

  ensureCallbackLanes(callbacks: readonly outbox.CallbackOrigin[]): Promise<outbox.DestinationRecord[]> {
    return ensureCallbackLanes(this.session, callbacks);
  }

  insertDeliveries(
    deliveries: readonly outbox.DeliveryToInsert[],
    relayed: readonly string[],
    leaseId: string,
  ): Promise<outbox.HandedOverDelivery[]> {
    return insertDeliveries(this.session, deliveries, relayed, leaseId);
  }

  readFewEvents(): Promise<outbox.FewEvents | null> {
    return readFewEvents(this.session);
  }

  relayFewEvents(
    events: readonly outbox.VersionedEvent[],
    deliveries: readonly outbox.DeliveryToInsert[],
    leaseId: string,
  ): Promise<outbox.RelayedEvents> {
    return relayFewEvents(this.session, events, deliveries, leaseId);
  }
}
