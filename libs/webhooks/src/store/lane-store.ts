import type { Ordering } from '../core/states.js';
import type { StoreTransactions } from './transactions.js';

/** Lanes and leases: the check for work, and the claims of waiting deliveries. */
export interface LaneStore extends StoreTransactions {
  /**
   * What there is to do, except in the lanes of `skip`. Read only.
   *
   * @param captures names of captures that this worker maps; without any, it does not look for changes
   */
  checkForWork(skip: LanesToSkip, captures?: readonly string[]): Promise<WorkCheck>;
  /**
   * In `tx`: locks up to `count` open lanes that are due, the longest waiting first, until `tx` ends. Skips lanes that another
   * worker has locked, and those of `skip`. The commit of `tx` does not wait for the disk: a crash of the database may undo
   * the claim, but never outcomes that are recorded later.
   *
   * @param isEarly also lock failing lanes that wait only for their next step (`FAILING_LANE_STEP_MS`). Default false
   */
  claimLanes(count: number, skip: LanesToSkip, isEarly?: boolean): Promise<ClaimableLane[]>;
  /**
   * In `tx`: leases due deliveries of lanes that `claimLanes` has locked, until the lease ends. The lanes move to the back
   * of the queue and their counters are updated. Calling it again leases the next deliveries.
   *
   * @param maxSuspects maximum number of suspects (deliveries that may have crashed a worker). Keep it small: if the worker
   * crashes, the crash counts against all deliveries of the worker
   */
  leaseDeliveries(
    claims: readonly LaneClaim[],
    lease: LeaseTerms,
    maxSuspects: number,
  ): Promise<ClaimedDelivery[]>;
  /** Returns the ids of the lanes in which more than `depth` first attempts, or more than `depth` retries, are due. */
  findDeepLanes(laneIds: readonly string[], depth: number): Promise<string[]>;
  /**
   * Looks behind the first `depth` due deliveries for those that subject order does not hold back, and moves them to the front
   * of the lane, so that the next claim finds them. Returns how many; 0: there are none. It may examine all that is due, a few
   * thousand in each statement, so it is not for a worker's loop. No statement follows after `signal` is aborted.
   */
  advanceUnheld(laneId: string, depth: number, signal?: AbortSignal): Promise<number>;
  /** Opens a lease that lasts `leaseMs`. */
  openLease(owner: string, leaseMs: number): Promise<OpenedLease>;
  /** Deletes leases. Leases that no longer exist are ignored. */
  deleteLeases(ids: readonly string[]): Promise<void>;
}

/** Lanes that a claim skips: the worker has no room for them, or their data must be repaired. */
export interface LanesToSkip {
  laneIds: readonly string[];
  /** All lanes of these tenants, except `keptLaneIds`. */
  tenantIds: readonly string[];
  keptLaneIds: readonly string[];
}

/** The pending work, as seen by one statement. */
export interface WorkCheck {
  /** There are unrelayed events. */
  hasEvents: boolean;
  /** Time until the first lane is due, ms; 0: now; `null`: none will be. */
  dueInMs: number | null;
  /**
   * Time until the first failing lane that holds due deliveries is itself due (see `FAILING_LANE_STEP_MS`), ms; `null` if
   * there is none.
   */
  failingDueInMs: number | null;
  /** A lease has expired. */
  hasExpiredLeases: boolean;
  /** A closed lane has a backlog, or one of its deliveries has an expired lease. */
  hasClosedBacklog: boolean;
  /** There are alerts to send. */
  hasAlerts: boolean;
  /** The operator has paused something, or a pause has ended and its lanes are not released yet. */
  hasPauses: boolean;
  /** A pass of a job is due. */
  hasJobs: boolean;
  /** There are captured changes to map. */
  hasChanges: boolean;
}

/** A lane that is due, locked by this transaction. */
export interface ClaimableLane {
  laneId: string;
  tenantId: string;
  ordering: Ordering;
  /** Number of deliveries that the lane's own limits allow to be claimed now; `Infinity` without limits. */
  allowance: number;
  /** `FAILING_AFTER` of its deliveries failed in a row, so only one worker at a time claims from it. */
  isFailing: boolean;
  /** Time between two requests by its rate limit, microseconds; `null`: no limit. */
  requestIntervalUs: number | null;
  /** Rate clock before this claim, epoch microseconds; 0 without a limit. */
  rateClockUs: number;
  /** Has an exact limit, so its deliveries in flight are counted. */
  hasLimits: boolean;
  /** Time until it is due again if nothing is claimed from it, ms. */
  emptyWaitMs: number;
}

/** What to claim from a lane. */
export interface LaneClaim {
  lane: ClaimableLane;
  /** Maximum number of deliveries to claim. */
  count: number;
  /** How many of these are kept for retries, if any are due. */
  retryCount: number;
  /**
   * Maximum bytes of large bodies (`LARGE_BODY_BYTES`) to claim. The first is claimed whatever its size, unless this is 0.
   * The rest stays in the lane.
   */
  maxBytes: number;
  /** Number of due deliveries to examine, because subject order may hold back the first ones. */
  depth: number;
}

export interface OpenedLease {
  /** The fencing token. Each lease has a larger one than all leases before it. */
  id: string;
  /** Number of workers that hold a lease now, including the owner of this lease. */
  workers: number;
}

/** The lease that deliveries are claimed under. */
export interface LeaseTerms {
  id: string;
  /** Its remaining time, ms. */
  leaseMs: number;
  /** How long only this worker may claim from a failing lane, unless an outcome releases it earlier, ms. */
  exclusiveMs: number;
}

/** A delivery that has just been leased, with its event. */
export interface ClaimedDelivery {
  id: string;
  laneId: string;
  wireType: string;
  /** Only for a callback: the profile in which its body was rendered. */
  profile: string | null;
  body: string;
  callbackUrl: string | null;
  attempts: number;
  attemptsBefore: number;
  /** When the last attempt began, epoch milliseconds; `null`: there was none. */
  attemptAt: number | null;
  /** Number of claims without an outcome, including this one. */
  claims: number;
  eventUuid: string;
  sequence: string;
  eventType: string;
  subject: string | null;
  test: boolean;
  /** The trace context in which its event was published. */
  traceparent: string | null;
  /** When its event was published, epoch milliseconds; `null`: a replay has created it, and it had no attempt yet. */
  publishedAt: number | null;
}
