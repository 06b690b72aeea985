import type { Ordering } from '../core/states.js';
import type { StoreTransactions } from './transactions.js';

/** Lanes and leases: the check for work, and the claims of waiting deliveries. */
export interface LaneStore extends StoreTransactions {
  /**
   * What there is to do, except in the lanes of `skip`. Read only.
   *
   * @param captures names of the captures that this worker maps; without names, changes are not checked
   */
  checkForWork(skip: LanesToSkip, captures?: readonly string[]): Promise<WorkCheck>;
  /**
   * In `tx`: locks up to `count` open lanes that are due, until `tx` ends. The lanes that have waited longest come first.
   * Skips lanes that another worker has locked, and the lanes of `skip`. The commit of `tx` does not wait for the disk: a
   * crash of the database may undo the claim, but never undoes an outcome that is recorded later.
   *
   * @param isEarly also lock failing lanes that wait only for the next multiple of `FAILING_LANE_STEP_MS`. Default `false`
   */
  claimLanes(count: number, skip: LanesToSkip, isEarly?: boolean): Promise<ClaimableLane[]>;
  /**
   * In `tx`: leases due deliveries of lanes that `claimLanes` has locked. The lanes move to the back of the queue, and
   * their counters are updated. A second call leases the next deliveries.
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
   * Looks behind the first `depth` due deliveries for deliveries that subject order does not hold back. Moves these to the
   * front of the lane, so that the next claim finds them. Returns how many; 0: there are none. This may examine all due
   * deliveries, a few thousand in each statement, so it takes too long for a worker's loop. When `signal` is aborted, no
   * further statement follows.
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
  /** Time until the first lane is due (ms); 0: a lane is due now; `null`: no lane will be due. */
  dueInMs: number | null;
  /**
   * A failing lane may hold due deliveries although it is not due itself (see `FAILING_LANE_STEP_MS`). The time until the
   * first such lane is due (ms); `null`: there is none.
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

/** A due lane that this transaction has locked. */
export interface ClaimableLane {
  laneId: string;
  tenantId: string;
  ordering: Ordering;
  /** How many deliveries may be claimed now under the lane's own limits; `Infinity`: no limits. */
  allowance: number;
  /** `FAILING_AFTER` of its deliveries failed in a row, so only one worker at a time claims from it. */
  isFailing: boolean;
  /** Time between two requests under its rate limit (microseconds); `null`: no limit. */
  requestIntervalUs: number | null;
  /** The rate clock before this claim (epoch microseconds); 0: no limit. */
  rateClockUs: number;
  /** The lane has an exact limit of rate or of requests in flight, so its deliveries in flight are counted. */
  hasLimits: boolean;
  /** Time until it is due again (ms) if nothing is claimed from it. */
  emptyWaitMs: number;
}

/** What to claim from a lane. */
export interface LaneClaim {
  lane: ClaimableLane;
  /** Maximum number of deliveries to claim. */
  count: number;
  /** How many of these are kept for retries, if retries are due. */
  retryCount: number;
  /**
   * Maximum total size (bytes) of the large bodies to claim: see `LARGE_BODY_BYTES`. If this is more than 0, the first
   * large body is claimed whatever its size. The rest stays in the lane.
   */
  maxBytes: number;
  /** Number of due deliveries to examine, because subject order may hold back the first ones. */
  depth: number;
}

export interface OpenedLease {
  /** The fencing token. Each lease has a larger token than all leases before it. */
  id: string;
  /** Number of workers that hold a lease now, including the owner of this lease. */
  workers: number;
}

/** The lease that deliveries are claimed under. */
export interface LeaseTerms {
  id: string;
  /** Its remaining time (ms). */
  leaseMs: number;
  /** How long (ms) only this worker may claim from a failing lane. An outcome may release the lane earlier. */
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
  /** When the last attempt began (epoch milliseconds); `null`: there was none. */
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
  /** When its event was published (epoch ms); `null`: a replay has created the delivery, and it had no attempt yet. */
  publishedAt: number | null;
}
