import type { Reason } from '../core/states.js';
import type { StoreTransactions } from './transactions.js';

/** The part of a leased delivery's outcome that the store writes. The engine's own objects fit this type. */
export interface RecordableOutcome {
  delivery: {
    id: string;
    /** The outcome is written only if the delivery still has this lease. */
    leaseId: string;
    /** When the attempt before this one began (epoch ms); `null`: there was none. */
    attemptAt: number | null;
    /** The lane was failing when the delivery was claimed, so only this worker was allowed to claim from the lane. */
    isExclusive: boolean;
    /** The lane has an exact limit and counts this delivery as in flight. */
    isCounted: boolean;
    destination: { laneId: string };
  };
  /** `pending`: try again after `delayMs`. */
  state: 'delivered' | 'pending' | 'exhausted' | 'discarded';
  reason: Reason | null;
  /** Time until the next attempt (ms). */
  delayMs: number;
  /** The attempt that was made; `null`: none. */
  attempt: {
    /** Counted from 1, including attempts before a manual retry. */
    number: number;
    /** On the process's monotonic clock, `performance.now()` (ms). */
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
  /** Pause of the whole lane (ms); 0: none. */
  pauseLaneMs: number;
  /** All workers may claim from the lane again. Until now, only this worker was allowed to. */
  releasesLane: boolean;
}

/** A failure about which the endpoint's owner wants an alert. The store limits how often it writes one. */
export interface FailureAlert {
  deliveryId: string;
  /**
   * `delivery.exhausted`: if no sender has tried to send the previous alert yet, the failure gets no new alert.
   * `delivery.failed`: later failures within `everyMs` get no alert.
   */
  kind: 'delivery.exhausted' | 'delivery.failed';
  /** Such as a lane: the alerts of each scope are limited separately. Contains no colon. */
  scope: string;
  /** At most one alert for each scope in this time (ms). More than 0. */
  everyMs: number;
  /** `AlertData` as JSON text. */
  data: string;
}

/** What {@link OutcomeStore.recordOutcomes} wrote. */
export interface RecordedOutcomes {
  /** Ids of the deliveries whose outcome was written. The other deliveries had lost their lease. */
  ids: Set<string>;
  /** Lanes that became failing, or healthy again, with these outcomes. */
  healthChanges: { laneId: string; healthy: boolean }[];
  /**
   * Lanes from which this worker must stop sending: paused, closed, on hold, or now claimed by one worker at a time. Some
   * of their deliveries may still wait in this process: the caller returns them to the lanes.
   */
  stopped: string[];
  /** Lanes that are due now. */
  dueLanes: string[];
}

/** Writes the outcomes of leased deliveries. */
export interface OutcomeStore extends StoreTransactions {
  /**
   * Writes outcomes. Deliveries, attempts, lanes, alerts and leases change together. An outcome whose lease was lost changes
   * nothing and is not in `ids`. `retiredLeaseIds` are deleted in the same statement.
   *
   * A second call changes nothing, but its `ids` lack the outcomes that are already written, as if their lease was lost. Call
   * {@link findRecordedOutcomes} before a second call.
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
   * Leaves out deliveries whose lane must be updated too, or whose lease was lost: {@link recordOutcomes} takes these.
   * Returns the ids that were written.
   *
   * The result of a second call lacks the ids that are already written: call {@link findRecordedOutcomes} before a second call.
   */
  recordFirstSuccesses(outcomes: readonly RecordableOutcome[]): Promise<Set<string>>;
  /**
   * Deliveries whose outcomes cannot be recorded yet are not sent again for `ms` from now. Extends their leases, even
   * expired ones. If a delivery was rescued and not claimed since, leases it again. Leaves out deliveries whose attempt is
   * recorded, or that have another lease.
   */
  keepLeased(outcomes: readonly RecordableOutcome[], ms: number): Promise<void>;
  /** Returns the ids of outcomes that were committed although the reply was lost. Read only. */
  findRecordedOutcomes(outcomes: readonly RecordableOutcome[]): Promise<Set<string>>;
}
