import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../config/settings.js';
import type {
  ClaimableLane,
  ClaimedDelivery,
  LaneClaim,
  LanesToSkip,
  LaneStore,
} from '../../store/lane-store.js';
import { STORE } from '../../store/store.js';
import type { Destination } from '../destinations/destination.js';
import { DestinationReader } from '../destinations/destination-reader.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';
import type { ClaimBudget } from '../schedule/room/claim-budget.js';
import type { Lease } from './leases.js';
import { ScanDepths, type StuckLanes } from './scan-depths.js';

/** Maximum number of lanes that one claim locks. */
const MAX_LANES_PER_CLAIM = 64;
/** Exclusive access to a failing lane outlasts the lease by this time (ms), so that the worker can still record outcomes. */
const EXCLUSIVE_MARGIN_MS = 1_000;
/** If retries are due in a lane, 1 of every `RETRY_SHARE` places of the lane in a claim is reserved for retries. */
const RETRY_SHARE = 4;

export interface ClaimOptions {
  /** Called when the lanes are known, and again if the transaction is repeated. */
  openBudget: () => ClaimBudget;
  skip: LanesToSkip;
  /** Whether the claim may contain one delivery that may have crashed workers before. */
  allowSuspect: boolean;
  /** Scan depths to use. Default: those of this worker. */
  depths?: ScanDepths;
  /** Also claim from failing lanes that wait only for their next step (`FAILING_LANE_STEP_MS`). */
  isEarly?: boolean;
}

/** The result of one claim. The stuck lanes in it yield nothing until one of their deliveries ends. */
export interface ClaimResult extends StuckLanes {
  /** Deliveries that this worker holds now. */
  leased: LeasedDelivery[];
  /**
   * Lanes that may hold more deliveries than the leased ones. Failing lanes are left out: they are not due again before the
   * outcomes are recorded.
   */
  lanesWithMore: string[];
  /** Other lanes may be due. */
  hasMoreLanes: boolean;
  /**
   * Number of lanes that were examined. It is less than the number of due lanes if other workers have locked some of them,
   * or if there was no room.
   */
  examined: number;
}

const NOTHING_SEEN = { examined: 0, heldBack: [], stuck: [], unreached: [] };
/** The result of a claim that finds no lane or has no room. */
export const NO_CLAIM: ClaimResult = { leased: [], lanesWithMore: [], hasMoreLanes: false, ...NOTHING_SEEN };

/** Leases the waiting deliveries of due lanes. */
@Injectable()
export class LaneClaimer {
  /** Number of claims so far. A lane that yields one delivery at a time yields a retry in every fourth claim. */
  private claimCount = 0;
  private readonly depths = new ScanDepths();

  constructor(
    @Inject(STORE) private readonly store: LaneStore,
    private readonly reader: DestinationReader,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** One claim, in one transaction. */
  async claim(lease: Lease, options: ClaimOptions): Promise<ClaimResult> {
    const { claimed, lanes, ...seen } = await this.store.transaction((tx) =>
      this.claimIn(tx, lease, options),
    );
    const leased = await this.toLeasedDeliveries(claimed, lanes, lease.id);
    const lanesWithMore = new Set<string>();
    for (const { isExclusive, destination } of leased)
      if (!isExclusive) lanesWithMore.add(destination.laneId);
    return {
      leased,
      lanesWithMore: [...lanesWithMore],
      hasMoreLanes: lanes.length === MAX_LANES_PER_CLAIM,
      ...seen,
    };
  }

  private async claimIn(
    tx: LaneStore,
    lease: Lease,
    { openBudget, skip, allowSuspect, isEarly, depths = this.depths }: ClaimOptions,
  ): Promise<{ claimed: ClaimedDelivery[]; lanes: ClaimableLane[]; examined: number } & StuckLanes> {
    this.claimCount++;
    const lanes = await tx.claimLanes(MAX_LANES_PER_CLAIM, skip, isEarly);
    if (lanes.length === 0) return { claimed: [], lanes, ...NOTHING_SEEN };
    const leaseMs = Math.max(0, Math.round(lease.endsAt - performance.now()));
    const terms = { id: lease.id, leaseMs, exclusiveMs: leaseMs + EXCLUSIVE_MARGIN_MS };
    // Lanes at their own limits are included, because the statement sets when they are next due. If the batch is full,
    // lanes without room are included too, so that they move behind other due lanes.
    const mayHideOthers = lanes.length === MAX_LANES_PER_CLAIM;
    const claims = this.allot(lanes, openBudget(), depths).filter(
      ({ count, lane }) => count > 0 || lane.allowance === 0 || mayHideOthers,
    );
    if (claims.length === 0) return { claimed: [], lanes, ...NOTHING_SEEN };
    const examined = claims.filter(({ count, lane }) => count > 0 || lane.allowance === 0).length;
    const claimed = await tx.leaseDeliveries(claims, terms, allowSuspect ? 1 : 0);
    return { claimed, lanes, examined, ...depths.learn(claims, claimed) };
  }

  /** Gives each lane an equal share of the budget, up to what the lane and its tenant have room for. */
  private allot(lanes: readonly ClaimableLane[], budget: ClaimBudget, depths: ScanDepths): LaneClaim[] {
    const shares = budget.sharesOf(lanes.length);
    return lanes.map((lane) => {
      const count = budget.reserve(
        lane,
        Math.min(budget.isHealthy(lane) ? shares.healthy : shares.unhealthy, lane.allowance),
      );
      const retryCount = Math.floor((count + (this.claimCount % RETRY_SHARE)) / RETRY_SHARE);
      const maxBytes = count > 0 ? budget.reserveBytes(lane.tenantId, lanes.length) : 0;
      return { lane, count, retryCount, maxBytes, depth: depths.depthFor(lane.laneId, count) };
    });
  }

  private async toLeasedDeliveries(
    claimed: readonly ClaimedDelivery[],
    lanes: readonly ClaimableLane[],
    leaseId: string,
  ): Promise<LeasedDelivery[]> {
    if (claimed.length === 0) return [];
    const destinations = await this.reader.readByLanes([...new Set(claimed.map(({ laneId }) => laneId))]);
    const laneOf = new Map(lanes.map((lane) => [lane.laneId, lane]));
    return claimed.flatMap((delivery) => {
      const destination = destinations.get(delivery.laneId);
      if (!destination) return []; // the tenant has just been removed
      const frozen = this.withProfileOf(delivery, destination);
      return [toLeasedDelivery(delivery, leaseId, frozen, laneOf.get(delivery.laneId)!)];
    });
  }

  /** A callback keeps the profile in which its body was rendered, even if the account has chosen another profile meanwhile. */
  private withProfileOf({ profile: name }: ClaimedDelivery, destination: Destination): Destination {
    if (name === null || name === destination.profile.name) return destination;
    const profile = this.settings.profiles.get(name);
    return profile
      ? { ...destination, profile, timeoutMs: profile.timeoutMs }
      : { ...destination, blockedReason: 'endpoint-unreadable' };
  }
}

function toLeasedDelivery(
  delivery: ClaimedDelivery,
  leaseId: string,
  destination: Destination,
  lane: ClaimableLane,
): LeasedDelivery {
  return {
    id: delivery.id,
    leaseId,
    destination,
    callbackUrl: delivery.callbackUrl,
    wireType: delivery.wireType,
    body: delivery.body,
    eventUuid: delivery.eventUuid,
    sequence: delivery.sequence,
    eventType: delivery.eventType,
    subject: delivery.subject,
    test: delivery.test,
    traceparent: delivery.traceparent,
    publishedAt: delivery.publishedAt,
    attempts: delivery.attempts,
    attemptsBefore: delivery.attemptsBefore,
    claims: delivery.claims,
    attemptAt: delivery.attemptAt,
    isCounted: lane.hasLimits,
    isExclusive: lane.isFailing,
  };
}
