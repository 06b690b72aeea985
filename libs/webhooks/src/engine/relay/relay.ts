import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Session } from '../../store/postgres/connection/session.js';
import { StoreClock } from '../../store/postgres/connection/clock.js';
import { Dispatcher } from '../dispatcher.js';
import { Leases } from '../claim/leases.js';
import type { Destination } from '../destinations/destination.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';
import { DestinationReader } from '../destinations/destination-reader.js';
import { URL_POLICY, type UrlPolicy } from '../../http/policy/url-policy.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { ensureAccounts } from '../../secrets/ensure-accounts.js';
import { SECRET_BOX, type SecretBox } from '../../secrets/secret-box.js';
import { type ClaimedEvent, claimEvents } from '../../store/postgres/relay/claim-events.js';
import { type NewDelivery, EventRenderer, fanOutToCallback, fanOutToEndpoints } from './fan-out.js';
import { insertDeliveries } from '../../store/postgres/relay/insert-deliveries.js';

/** Deliveries of one batch at most; a single event with more still goes. */
const BATCH_DELIVERIES = 2_000;
/** Origin of a lane for callbacks whose URL has none that could be used. */
const NO_ORIGIN = 'refused';

export interface RelayResult {
  /** Events relayed. */
  events: number;
  /** Deliveries made. */
  deliveries: number;
  /** Of these, waiting in their lanes or ended. */
  waiting: number;
  /** The batch was full: there may be more. */
  more: boolean;
}

/**
 * Turns committed events into deliveries, a batch a transaction.
 * - An event is relayed once: its deliveries and its mark commit together.
 * - A subject's events are relayed in the order of their number.
 * - Deliveries of healthy, unlimited lanes with room go straight to this worker; all others wait in their lane.
 */
@Injectable()
export class Relay {
  constructor(
    private readonly database: Session,
    private readonly clock: StoreClock,
    private readonly targets: DestinationReader,
    private readonly leases: Leases,
    private readonly dispatcher: Dispatcher,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
    @Inject(URL_POLICY) private readonly urls: UrlPolicy,
  ) {}

  /** Relays up to `limit` events (500 by default). */
  async relayBatch(limit = 500): Promise<RelayResult> {
    const lease = await this.leases.acquire();
    try {
      const { result, leased } = await this.database.transaction((tx) => this.relayIn(tx, limit, lease.id));
      this.leases.addDeliveries(lease, leased.length);
      this.dispatcher.accept(leased);
      return result;
    } catch (error) {
      this.leases.markUncertain(lease);
      throw error;
    }
  }

  private async relayIn(
    tx: EntityManager,
    limit: number,
    leaseId: string,
  ): Promise<{ result: RelayResult; leased: LeasedDelivery[] }> {
    const batch = await claimEvents(this.database, tx, limit);
    if (batch.events.length === 0)
      return { result: { events: 0, deliveries: 0, waiting: 0, more: false }, leased: [] };
    this.clock.observe(batch.now!);
    const { deliveries, relayed } = await this.fanOut(batch.events, tx);
    this.chooseDirectDeliveries(deliveries);
    const handed = await insertDeliveries(this.database, tx, deliveries, relayed, leaseId);
    return {
      result: {
        events: relayed.length,
        deliveries: deliveries.length,
        waiting: deliveries.length - handed.length,
        more: batch.locked === limit || relayed.length < batch.events.length,
      },
      leased: handed.map(({ id, place }) => toLeased(id, leaseId, deliveries[place]!)),
    };
  }

  private async fanOut(
    events: readonly ClaimedEvent[],
    tx: EntityManager,
  ): Promise<{ deliveries: NewDelivery[]; relayed: string[] }> {
    const endpoints = await this.endpointsOf(events, tx);
    const callbacks = await this.callbackTargetsOf(events, tx);
    const renderer = new EventRenderer();
    const deliveries: NewDelivery[] = [];
    const relayed: string[] = [];
    for (const event of events) {
      const made = fanOutToEndpoints(
        event,
        endpoints.get(event.tenantId) ?? [],
        renderer,
        this.settings.callbackMode,
      );
      if (event.callbackUrl !== null) {
        const origin = this.originOf(event.callbackUrl);
        const target = callbacks.get(`${event.tenantId} ${origin ?? NO_ORIGIN}`)!;
        const refused =
          origin === null || (target.profile.registration.httpsOnly && !origin.startsWith('https:'));
        made.push(...fanOutToCallback(event, target, refused, renderer));
      }
      if (deliveries.length > 0 && deliveries.length + made.length > BATCH_DELIVERIES) break;
      deliveries.push(...made);
      relayed.push(event.sequence);
    }
    return { deliveries, relayed };
  }

  private async endpointsOf(
    events: readonly ClaimedEvent[],
    tx: EntityManager,
  ): Promise<Map<string, Destination[]>> {
    const byTenant = new Map<string, Destination[]>();
    const tenantIds = [...new Set(events.map((event) => event.tenantId))];
    if (tenantIds.length === 0) return byTenant;
    for (const target of await this.targets.readByTenants(tenantIds, tx)) {
      const list = byTenant.get(target.tenantId);
      if (list) list.push(target);
      else byTenant.set(target.tenantId, [target]);
    }
    return byTenant;
  }

  private async callbackTargetsOf(
    events: readonly ClaimedEvent[],
    tx: EntityManager,
  ): Promise<Map<string, Destination>> {
    const wanted = new Map<string, { tenantId: string; origin: string }>();
    for (const { tenantId, callbackUrl } of events) {
      if (callbackUrl === null) continue;
      const origin = this.originOf(callbackUrl) ?? NO_ORIGIN;
      wanted.set(`${tenantId} ${origin}`, { tenantId, origin });
    }
    if (wanted.size === 0) return new Map();
    const callbacks = [...wanted.values()];
    await ensureAccounts(
      this.database,
      this.box,
      this.settings.profile,
      callbacks.map((each) => each.tenantId),
      tx,
    );
    return this.targets.readCallbacks(callbacks, tx);
  }

  /** `null`: the URL may not be used. */
  private originOf(url: string): string | null {
    try {
      return this.urls.check(url).origin;
    } catch {
      return null; // becomes a delivery that says so
    }
  }

  /** Which deliveries may skip their lane: one of a subject and lane, while lane and worker have room. */
  private chooseDirectDeliveries(deliveries: NewDelivery[]): void {
    const room = this.dispatcher.openBudget();
    const subjects = new Set<string>();
    for (const delivery of deliveries) {
      const { target, event } = delivery;
      if (room.isSpent) return;
      if (
        delivery.reason !== null ||
        target.state !== 'open' ||
        target.hasLimits ||
        !target.isHealthy ||
        target.hasBacklog
      )
        continue;
      if (event.subject !== null && target.ordering !== 'none') {
        const key = `${target.laneId} ${event.subject}`;
        if (subjects.has(key)) continue;
        subjects.add(key);
      }
      delivery.direct = room.reserve(target.laneId, 1) === 1;
    }
  }
}

function toLeased(
  id: string,
  leaseId: string,
  { event, target, wireType, body, callbackUrl }: NewDelivery,
): LeasedDelivery {
  return {
    id,
    leaseId,
    destination: target,
    callbackUrl,
    wireType,
    body,
    eventUuid: event.uuid,
    sequence: event.sequence,
    eventType: event.type,
    subject: event.subject,
    test: event.test,
    attempts: 0,
    attemptsBefore: 0,
    claims: 1,
    attemptAt: null,
    counted: false,
    probe: false,
  };
}
