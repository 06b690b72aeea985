import type { Reason } from '../core/states.js';
import type { StoreTransactions } from './transactions.js';

/** The outcome of a leased delivery, as far as the store writes it. The engine's own objects fit as they are. */
export interface RecordableOutcome {
  delivery: {
    id: string;
    /** The outcome is written only if the delivery still has this lease. */
    leaseId: string;
    /** When the attempt before this one began, epoch ms; `null`: there was none. */
    attemptAt: number | null;
    /** Its lane was failing when it was claimed, and this worker claimed the lane alone. */
    isExclusive: boolean;
    /** The lane has an exact limit and counts this delivery as in flight. */
    isCounted: boolean;
    destination: { laneId: string };
  };
  /** `pending`: try again after `delayMs`. */
  state: 'delivered' | 'pending' | 'exhausted' | 'discarded';
  reason: Reason | null;
  /** Time until the next attempt, ms. */
  delayMs: number;
  /** The attempt that was made; `null`: none. */
  attempt: {
    /** From 1, over all rounds. */
    number: number;
    /** On the process's monotonic clock (`performance.now()`), ms. */
    startedAt: number;
    durationMs: number;
    status: number | null;
    error: string | null;
    response: string;
    /** Headers of a failed response. Default none. */
    responseHeaders?: Record<string, string> | null;
  } | null;
  /** Counts as a failure of the lane. */
  failure: boolean;
  /** Pause of the whole lane, ms; 0: none. */
  pauseLaneMs: number;
  /** The lane, which this worker had claimed alone, may be claimed by all again. */
  releasesLane: boolean;
}

/** A failed outcome that the endpoint's owner asked to be told of. The store applies the limit on how often. */
export interface FailureAlert {
  deliveryId: string;
  /** A `delivery.exhausted` alert also covers failures that come before it may be sent; `delivery.failed` skips them. */
  kind: 'delivery.exhausted' | 'delivery.failed';
  /** What the limit counts by. Contains no colon. */
  scope: string;
  /** At most one alert for each scope in this time, ms. More than 0. */
  everyMs: number;
  /** `AlertData` as JSON text. */
  data: string;
}

/** What {@link OutcomeStore.recordOutcomes} wrote. */
export interface RecordedOutcomes {
  /** Ids of the deliveries whose outcome was written. The others had lost their lease. */
  ids: Set<string>;
  /** Lanes that became failing, or healthy again, with these outcomes. */
  healthChanges: { laneId: string; healthy: boolean }[];
  /**
   * Lanes that this worker must stop sending to: paused, closed, on hold, or now claimed by one worker at a time. The caller
   * returns deliveries waiting for them.
   */
  stopped: string[];
  /** Lanes that are due now. */
  dueLanes: string[];
}

/** Writes what came of leased deliveries. */
export interface OutcomeStore extends StoreTransactions {
  /**
   * Writes outcomes. Deliveries, attempts, lanes, alerts and leases change together. An outcome whose lease was lost
   * changes nothing and is not in `ids`. `retiredLeaseIds` are deleted in the same statement.
   *
   * Repeating it changes nothing, but reports outcomes that are already written as lost: call
   * {@link findRecordedOutcomes} first.
   *
   * @param options.history `false`: do not keep the attempt before this one. Default `true`
   */
  recordOutcomes(
    outcomes: readonly RecordableOutcome[],
    failureAlerts: readonly FailureAlert[],
    retiredLeaseIds: readonly string[],
    options?: { history?: boolean },
  ): Promise<RecordedOutcomes>;
  /**
   * Writes successful first attempts of lanes that have no exact limit and are not failing. Updates only the deliveries.
   * Leaves out those whose lane has something to update, or whose lease was lost: {@link recordOutcomes} takes these.
   * Returns the ids that were written.
   *
   * Repeating it leaves out those that are already written: call {@link findRecordedOutcomes} first.
   */
  recordFirstSuccesses(outcomes: readonly RecordableOutcome[]): Promise<Set<string>>;
  /**
   * Keeps deliveries from being sent again for `ms` from now, because their outcomes cannot be recorded yet: prolongs their
   * leases, even expired ones, and leases those again that were rescued and that nobody has claimed since. Leaves out
   * those whose attempt is recorded, or that have another lease.
   */
  keepLeased(outcomes: readonly RecordableOutcome[], ms: number): Promise<void>;
  /** Returns the ids of outcomes that were committed although the reply was lost. Read only. */
  findRecordedOutcomes(outcomes: readonly RecordableOutcome[]): Promise<Set<string>>;
}
