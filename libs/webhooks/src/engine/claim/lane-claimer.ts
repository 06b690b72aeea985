import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Session } from '../../store/postgres/connection/session.js';
import { StoreClock } from '../../store/postgres/connection/clock.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { Dispatcher } from '../dispatcher.js';
import {
  type ClaimedDelivery,
  leaseDeliveries,
  type LaneClaim,
  claimLanes,
  type ClaimableLane,
} from '../../store/postgres/claim/lease-deliveries.js';
import { type Lease, Leases } from './leases.js';
import { ScanDepths } from './scan-depths.js';
import type { Destination } from '../destinations/destination.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';
import { DestinationReader } from '../destinations/destination-reader.js';

/** Lanes that get their turn in one claim. */
const LANES_PER_CLAIM = 64;
/** A probe holds its lane this much longer than its lease could last. */
const PROBE_MARGIN = 1_000;

export interface ClaimResult {
  /** Deliveries leased. */
  leased: number;
  /** Other lanes may still be waiting. */
  more: boolean;
  /** Lanes whose due deliveries are all held back, until something of theirs ends. */
  exhausted: string[];
}

/** Leases what waits in lanes whose turn it is and hands it to the dispatcher. */
@Injectable()
export class LaneClaimer {
  /** Counts claims: every lane's share for retries comes round even where it takes one at a time. */
  private claimCount = 0;
  private readonly depths = new ScanDepths();

  constructor(
    private readonly database: Session,
    private readonly clock: StoreClock,
    private readonly targets: DestinationReader,
    private readonly leases: Leases,
    private readonly dispatcher: Dispatcher,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** One claim. `skip`: lanes that it passes over, beside those that this worker has no room for. */
  async claim(skip: readonly string[] = []): Promise<ClaimResult> {
    if (this.dispatcher.claimableCount === 0) return { leased: 0, more: false, exhausted: [] };
    const lease = await this.leases.acquire();
    try {
      const { rows, turns, exhausted } = await this.database.transaction((tx) =>
        this.claimIn(tx, lease, skip),
      );
      const leased = await this.toLeased(rows, turns, lease);
      this.leases.addDeliveries(lease, leased.length);
      this.dispatcher.accept(leased);
      return { leased: leased.length, more: turns.length === LANES_PER_CLAIM, exhausted };
    } catch (error) {
      this.leases.markUncertain(lease);
      throw error;
    }
  }

  private async claimIn(
    tx: EntityManager,
    lease: Lease,
    skip: readonly string[],
  ): Promise<{ rows: ClaimedDelivery[]; turns: ClaimableLane[]; exhausted: string[] }> {
    this.claimCount++;
    const full = [...this.dispatcher.unclaimableLanes(), ...skip];
    const { turns, now } = await claimLanes(this.database, tx, LANES_PER_CLAIM, full);
    if (turns.length === 0) return { rows: [], turns, exhausted: [] };
    this.clock.observe(now);
    const terms = {
      id: lease.id,
      leaseMs: Math.max(0, Math.round(lease.endsAt - performance.now())),
      probeHoldMs: this.settings.leaseMs + PROBE_MARGIN,
    };
    const suspects = this.dispatcher.hasSuspect ? 0 : 1;
    const takes = this.allot(turns).filter(({ turn, take }) => take > 0 || turn.allowance === 0);
    if (takes.length === 0) return { rows: [], turns, exhausted: [] };
    const rows = await leaseDeliveries(this.database, tx, takes, terms, suspects);
    return { rows, turns, exhausted: this.depths.learn(takes, rows) };
  }

  private async toLeased(
    rows: readonly ClaimedDelivery[],
    turns: readonly ClaimableLane[],
    lease: Lease,
  ): Promise<LeasedDelivery[]> {
    if (rows.length === 0) return [];
    const targets = await this.targets.readByLanes([...new Set(rows.map((row) => row.lane_id))]);
    const turnOf = new Map(turns.map((turn) => [turn.laneId, turn]));
    return rows.flatMap((row) => {
      const target = targets.get(row.lane_id); // none: the tenant has just been removed
      return target
        ? [toLeased(row, lease.id, this.asFrozen(target, row.profile), turnOf.get(row.lane_id)!)]
        : [];
    });
  }

  /** A callback keeps the profile that its body was made in: the account may have chosen another since. */
  private asFrozen(target: Destination, name: string | null): Destination {
    if (name === null || name === target.profile.name) return target;
    const profile = this.settings.profiles.get(name);
    return profile
      ? { ...target, profile, timeoutMs: profile.timeoutMs }
      : { ...target, blockedReason: 'endpoint-unreadable' };
  }

  /** How much of this worker's room each lane gets: an equal part, up to what the lane has room for. */
  private allot(turns: readonly ClaimableLane[]): LaneClaim[] {
    const room = this.dispatcher.openBudget({ forTurns: true });
    const part = room.sharePerLane(turns.length);
    return turns.map((turn) => {
      const take = room.reserve(turn.laneId, Math.min(part, turn.allowance));
      const reserve = Math.floor((take + (this.claimCount % 4)) / 4);
      return { turn, take, reserve, look: this.depths.depthFor(turn.laneId, take) };
    });
  }
}

function toLeased(
  row: ClaimedDelivery,
  leaseId: string,
  target: Destination,
  turn: ClaimableLane,
): LeasedDelivery {
  return {
    id: row.id,
    leaseId,
    destination: target,
    callbackUrl: row.callback_url,
    wireType: row.wire_type,
    body: row.body,
    eventUuid: row.event_uuid,
    sequence: row.sequence,
    eventType: row.event_type,
    subject: row.subject,
    test: row.test,
    attempts: row.attempts,
    attemptsBefore: row.attempts_before,
    claims: row.claims,
    attemptAt: row.attempt_at === null ? null : Number(row.attempt_at),
    counted: turn.limited,
    probe: turn.probe,
  };
}
