import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../config/settings.js';
import type { AccountStore } from '../../store/account-store.js';
import type { ClaimedEvent, FewEvents, OutboxStore, WrittenEvent } from '../../store/outbox-store.js';
import { SMALL_BATCH } from '../../store/lane-rules.js';
import { STORE } from '../../store/store.js';
import { DestinationReader } from '../destinations/destination-reader.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';
import type { ClaimBudget } from '../schedule/room/claim-budget.js';
import { CallbackDestinations } from './callback-destinations.js';
import { EventRenderer } from './event-renderer.js';
import { fanOutToCallback, fanOutToEndpoints, type NewDelivery } from './fan-out.js';
import { KnownDestinations } from './known-destinations.js';
import { RelayBatch } from './relay-batch.js';
import { areAll, bySequence, toClaimedEvent } from './written-events.js';

export interface RelayResult {
  /** Number of relayed events. */
  relayed: number;
  /** The deliveries of these events. */
  created: readonly NewDelivery[];
  /** Deliveries that skip their lane: this worker holds them now. */
  leased: LeasedDelivery[];
  /** Some deliveries were not leased: they wait in their lanes, or were discarded. */
  hasWaiting: boolean;
  /** There may be more events. */
  hasMore: boolean;
  /** There was no event, not even one that another worker holds. Missing: unknown. */
  isEmpty?: boolean;
}

export const NOTHING_RELAYED: RelayResult = {
  relayed: 0,
  created: [],
  leased: [],
  hasWaiting: false,
  hasMore: false,
};
/** Maximum number of deliveries in a small batch. */
const MAX_FEW_DELIVERIES = 2 * SMALL_BATCH;

/**
 * Turns committed events into deliveries, with one transaction per batch, or one or two statements for a few events.
 * - An event is relayed once: its deliveries and its mark commit together.
 * - A subject's events are relayed in the order of their sequence.
 * - Deliveries to healthy lanes without limits or backlog are leased at once, as long as the budget lasts. Of an ordered
 *   subject, only the first delivery is leased. All other deliveries wait in their lane.
 */
@Injectable()
export class Relay {
  /** The last relay was large or left events behind. So the next one uses the transaction, unless its events are known. */
  private isDeep = false;
  private readonly known = new KnownDestinations();

  constructor(
    @Inject(STORE) private readonly store: OutboxStore & AccountStore,
    private readonly reader: DestinationReader,
    private readonly callbacks: CallbackDestinations,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Relays up to `limit` events.
   *
   * @param openBudget called when the deliveries are known, and again for a second try if the first try relays no event
   * @param written events to relay; `null`: unknown. If the list has `SMALL_BATCH` events, there may be more
   */
  async relayBatch(
    limit: number,
    leaseId: string,
    openBudget: () => ClaimBudget,
    written: readonly WrittenEvent[] | null = null,
  ): Promise<RelayResult> {
    const few = await this.relayFewOnly(leaseId, openBudget, written);
    if (few) return few;
    const result = await this.relayMany(limit, leaseId, openBudget);
    this.isDeep = result.hasMore || result.relayed >= SMALL_BATCH;
    return result;
  }

  /** Like {@link relayBatch}, but relays only a few events. Returns `null` if there are more, or may be more. */
  async relayFewOnly(
    leaseId: string,
    openBudget: () => ClaimBudget,
    written: readonly WrittenEvent[] | null,
  ): Promise<RelayResult | null> {
    const areKnown = areAll(written);
    const result = areKnown ? await this.relayWritten(written, leaseId, openBudget) : null;
    if (result || this.isDeep || (written && !areKnown)) return result;
    return this.relayFew(leaseId, openBudget);
  }

  /** Relays with one statement, if the destinations of the events are known. Returns `null` if no event was relayed. */
  private async relayWritten(
    written: readonly WrittenEvent[],
    leaseId: string,
    openBudget: () => ClaimBudget,
  ): Promise<RelayResult | null> {
    const few = written.length > 0 ? this.known.of(written.map(toClaimedEvent).toSorted(bySequence)) : null;
    const result = few && (await this.relayKnown(few, leaseId, openBudget));
    if (!few || !result || result.relayed === few.events.length) return result;
    // Something has changed, a savepoint was rolled back, or another worker was faster.
    for (const { tenantId } of few.events) this.known.forget(tenantId);
    return result.relayed > 0 ? { ...result, hasMore: true } : null;
  }

  /** Relays with two statements, if only a few events wait. Returns `null` if there are more. */
  private async relayFew(leaseId: string, openBudget: () => ClaimBudget): Promise<RelayResult | null> {
    const few = await this.store.readFewEvents();
    if (!few?.isWhole) return null;
    if (few.events.length === 0) return { ...NOTHING_RELAYED, isEmpty: true };
    this.known.remember(few);
    const result = await this.relayKnown(few, leaseId, openBudget);
    if (!result) return null;
    // If only some events were relayed, something has changed since all were read, and a transaction relays the rest. If no
    // event was relayed, another worker usually has them all. A later check for work finds events that still wait.
    const hasMore = result.relayed > 0 && result.relayed < few.events.length;
    this.isDeep = hasMore;
    return { ...result, hasMore };
  }

  private async relayKnown(
    { events, destinations }: Omit<FewEvents, 'isWhole'>,
    leaseId: string,
    openBudget: () => ClaimBudget,
  ): Promise<RelayResult | null> {
    const endpoints = this.reader.byTenant(destinations);
    const renderer = new EventRenderer();
    const deliveries = events.flatMap((event) =>
      fanOutToEndpoints(event, endpoints.get(event.tenantId) ?? [], renderer, this.settings.callbackMode),
    );
    if (deliveries.length > MAX_FEW_DELIVERIES) return null;
    chooseDirectDeliveries(deliveries, openBudget());
    const { relayed, handedOver, hasWaiting } = await this.store.relayFewEvents(events, deliveries, leaseId);
    return {
      relayed: relayed.length,
      created: deliveries.filter(({ event }) => relayed.includes(event.sequence)),
      leased: handedOver.map(({ id, index }) => toLeasedDelivery(id, leaseId, deliveries[index]!)),
      hasWaiting,
      hasMore: false,
    };
  }

  private relayMany(limit: number, leaseId: string, openBudget: () => ClaimBudget): Promise<RelayResult> {
    return this.store.transaction(async (tx) => {
      const { events, isFull } = await tx.claimEvents(limit);
      if (events.length === 0) return NOTHING_RELAYED;
      const { deliveries, relayed } = await this.fanOut(tx, events);
      chooseDirectDeliveries(deliveries, openBudget());
      const handedOver = await tx.insertDeliveries(deliveries, relayed, leaseId);
      return {
        relayed: relayed.length,
        created: deliveries,
        leased: handedOver.map(({ id, index }) => toLeasedDelivery(id, leaseId, deliveries[index]!)),
        hasWaiting: handedOver.length < deliveries.length,
        hasMore: isFull || relayed.length < events.length,
      };
    });
  }

  /** Fans out the events that fit into one batch. */
  private async fanOut(tx: OutboxStore & AccountStore, events: readonly ClaimedEvent[]): Promise<RelayBatch> {
    const tenantIds = [...new Set(events.map((event) => event.tenantId))];
    const endpoints = await this.reader.readByTenants(tx, tenantIds);
    const callbacks = await this.callbacks.read(tx, events);
    const renderer = new EventRenderer();
    const batch = new RelayBatch();
    for (const event of events) {
      if (batch.mustWait(event)) continue;
      const ofTenant = endpoints.get(event.tenantId) ?? [];
      const added = fanOutToEndpoints(event, ofTenant, renderer, this.settings.callbackMode);
      const callback = callbacks.get(event.sequence);
      if (callback) added.push(...fanOutToCallback(event, callback, renderer));
      if (!batch.add(event, added) && !event.isLarge) break;
    }
    return batch;
  }
}

/** Marks the deliveries that may skip their lane: only the first of each subject, while the budget lasts. */
function chooseDirectDeliveries(deliveries: readonly NewDelivery[], budget: ClaimBudget): void {
  const subjects = new Set<string>();
  for (const delivery of deliveries) {
    const { destination, event, reason } = delivery;
    if (budget.isSpent) return;
    const { laneId, state, hasLimits, isHealthy, hasBacklog } = destination;
    if (reason !== null || state !== 'open' || hasLimits || !isHealthy || hasBacklog) continue;
    if (event.subject !== null && destination.ordering !== 'none') {
      const key = `${laneId} ${event.subject}`;
      if (subjects.has(key)) continue;
      subjects.add(key);
    }
    delivery.isDirect = budget.reserveOne(destination, delivery.body);
  }
}

function toLeasedDelivery(id: string, leaseId: string, delivery: NewDelivery): LeasedDelivery {
  const { event, destination, wireType, body, callbackUrl } = delivery;
  return {
    id,
    leaseId,
    destination,
    callbackUrl,
    wireType,
    body,
    eventUuid: event.uuid,
    sequence: event.sequence,
    eventType: event.type,
    subject: event.subject,
    test: event.test,
    traceparent: event.traceparent,
    publishedAt: event.createdAt,
    attempts: 0,
    attemptsBefore: 0,
    claims: 1,
    attemptAt: null,
    isCounted: false,
    isExclusive: false,
  };
}
