import { LineLogger } from '../../core/line-logger.js';
import type { Reason } from '../../core/states.js';
import type { MaintenanceStore } from '../../store/maintenance-store.js';
import type { OutboxStore } from '../../store/outbox-store.js';
import type { OutcomeStore, RecordedOutcomes } from '../../store/outcome-store.js';
import type { Leases } from '../claim/leases.js';
import type { Outcome } from '../send/outcome.js';
import { failureAlertsOf } from './failure-alerts.js';
import type { LeaseKeeper } from './lease-keeper.js';

/** Pauses (ms) between tries to record while the database fails. The last pause repeats. */
const RETRY_WAITS_MS = [50, 200, 1000, 3000];
/** SQLSTATE classes of errors in the data: cardinality, data, constraints, limits, errors raised by triggers. */
const REJECTED = /^(21|22|23|44|54|P0)/;

/**
 * Records outcomes, and retries until the database accepts them: a delivery whose outcome is lost would be sent again.
 * - If the result of a statement is unknown, the recorder finds out which outcomes were written. None is written twice.
 * - An outcome that the database rejects does not hold up other outcomes. If need be, it is recorded without its history.
 */
export class OutcomeRecorder {
  private readonly logger = new LineLogger('WebhookDispatcher');
  private abandoned = false;

  constructor(
    private readonly store: OutcomeStore & OutboxStore & MaintenanceStore,
    private readonly leases: Leases,
    private readonly keeper: LeaseKeeper,
  ) {}

  /** Stops retrying, because the process ends. Unrecorded deliveries are due again when their leases end. */
  abandon(): void {
    this.abandoned = true;
  }

  /** Returns `null` if {@link abandon} was called before the database accepted the outcomes. */
  async record(outcomes: readonly Outcome[]): Promise<RecordedOutcomes | null> {
    const leaseIds = outcomes.map((outcome) => outcome.delivery.leaseId);
    const retiredLeaseIds = this.leases.release(leaseIds);
    const failure = `Recording ${outcomes.length} outcomes failed`;
    const result = await this.retryUntilRecorded(failure, async (tries) => {
      if (tries > 0) await this.keeper.keep();
      const earlier = tries === 0 ? new Set<string>() : await this.store.findRecordedOutcomes(outcomes);
      const missing = outcomes.filter((outcome) => !earlier.has(outcome.delivery.id));
      const recorded = await this.recordAll(missing, retiredLeaseIds);
      for (const id of earlier) recorded.ids.add(id);
      return recorded;
    });
    if (result) this.leases.settle(leaseIds, retiredLeaseIds);
    else for (const id of leaseIds) this.leases.leaveToExpire(id);
    return result;
  }

  /** Returns whether this call has disabled the endpoint. */
  async disableEndpoint(endpointId: string, reason: Reason): Promise<boolean> {
    const isDisabled = await this.retryUntilRecorded(`Disabling endpoint ${endpointId} failed`, () =>
      this.store.disableEndpoint(endpointId, reason),
    );
    return isDisabled === true;
  }

  /** Repeats `work` until it succeeds. Returns `null` if {@link abandon} was called first. */
  private async retryUntilRecorded<T>(
    failure: string,
    work: (tries: number) => Promise<T>,
  ): Promise<T | null> {
    for (let tries = 0; ; tries++) {
      try {
        return await work(tries);
      } catch (error) {
        if (this.abandoned) return null;
        const wait = RETRY_WAITS_MS[Math.min(tries, RETRY_WAITS_MS.length - 1)]!;
        this.logger.error(`${failure}: ${(error as Error).message}; next try in ${wait} ms`);
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  private async recordAll(
    outcomes: readonly Outcome[],
    retiredLeaseIds: readonly string[],
  ): Promise<RecordedOutcomes> {
    const ids = await this.recordFirstSuccesses(outcomes.filter(isFirstSuccess));
    const others = outcomes.filter((outcome) => !ids.has(outcome.delivery.id));
    if (others.length > 0) {
      const recorded = await this.recordOthers(others, retiredLeaseIds);
      for (const id of ids) recorded.ids.add(id);
      return recorded;
    }
    await this.leases.remove(retiredLeaseIds);
    return { ids, healthChanges: [], stopped: [], dueLanes: [] };
  }

  /** Returns the ids of the deliveries whose outcomes it wrote. {@link recordOthers} records the other outcomes. */
  private async recordFirstSuccesses(outcomes: readonly Outcome[]): Promise<Set<string>> {
    if (outcomes.length === 0) return new Set();
    try {
      return await this.store.recordFirstSuccesses(outcomes);
    } catch (error) {
      if (!isRejection(error)) throw error;
      return new Set();
    }
  }

  private async recordOthers(
    outcomes: readonly Outcome[],
    retiredLeaseIds: readonly string[],
  ): Promise<RecordedOutcomes> {
    try {
      return await this.write(outcomes, retiredLeaseIds);
    } catch (error) {
      if (!isRejection(error)) throw error;
    }
    const kept = new Set<string>();
    const recorded = await this.recordInHalves(outcomes, kept);
    await this.leases.remove(retiredLeaseIds.filter((id) => !kept.has(id)));
    return recorded;
  }

  /** Divides the batch until each rejected outcome is alone. Adds to `kept` the leases of outcomes that cannot be recorded. */
  private async recordInHalves(outcomes: readonly Outcome[], kept: Set<string>): Promise<RecordedOutcomes> {
    if (outcomes.length === 1) return this.recordWithoutHistory(outcomes[0]!, kept);
    const middle = outcomes.length >> 1;
    const halves: RecordedOutcomes[] = [];
    for (const half of [outcomes.slice(0, middle), outcomes.slice(middle)]) {
      try {
        halves.push(await this.write(half, []));
      } catch (error) {
        if (!isRejection(error)) throw error;
        halves.push(await this.recordInHalves(half, kept));
      }
    }
    const [first, second] = halves as [RecordedOutcomes, RecordedOutcomes];
    return {
      ids: new Set([...first.ids, ...second.ids]),
      healthChanges: [...first.healthChanges, ...second.healthChanges],
      stopped: [...first.stopped, ...second.stopped],
      dueLanes: [...first.dueLanes, ...second.dueLanes],
    };
  }

  /**
   * Records an outcome without its response, and without keeping the delivery's previous attempt. If the database rejects
   * that too, the delivery is due again when its lease ends.
   */
  private async recordWithoutHistory(outcome: Outcome, kept: Set<string>): Promise<RecordedOutcomes> {
    const { delivery, attempt } = outcome;
    try {
      const bare = { ...outcome, attempt: attempt && { ...attempt, response: '', responseHeaders: null } };
      const recorded = await this.write([bare], [], { history: false });
      this.logger.error(
        `The database rejected the history of delivery dlv_${delivery.id}: its outcome is recorded without the history`,
      );
      return recorded;
    } catch (error) {
      if (!isRejection(error)) throw error;
      this.logger.error(
        `The database rejected the outcome of delivery dlv_${delivery.id}: ${error.message}; the delivery is sent again when its lease runs out`,
      );
      this.leases.leaveToExpire(delivery.leaseId);
      kept.add(delivery.leaseId);
      return { ids: new Set(), healthChanges: [], stopped: [], dueLanes: [] };
    }
  }

  private async write(
    outcomes: readonly Outcome[],
    retiredLeaseIds: readonly string[],
    options?: { history: boolean },
  ): Promise<RecordedOutcomes> {
    const failureAlerts = await failureAlertsOf(this.store, outcomes);
    return this.store.recordOutcomes(outcomes, failureAlerts, retiredLeaseIds, options);
  }
}

/**
 * A success at the first attempt, if recording it changes only the delivery itself: the lane is not failing and does not
 * count deliveries in flight.
 */
function isFirstSuccess({ state, attempt, delivery }: Outcome): boolean {
  return state === 'delivered' && attempt?.number === 1 && !delivery.isExclusive && !delivery.isCounted;
}

function isRejection(error: unknown): error is Error {
  return REJECTED.test(String((error as { code?: unknown }).code));
}
