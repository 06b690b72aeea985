import { LineLogger } from '../../core/line-logger.js';
import type { Session } from '../../store/postgres/connection/session.js';
import type { Leases } from '../claim/leases.js';
import type { Outcome } from '../send/outcome.js';
import {
  type RecordedOutcomes,
  recordOutcomes,
  findRecordedOutcomes,
} from '../../store/postgres/record/record-outcomes.js';
import { isFirstSuccess, recordFirstSuccesses } from '../../store/postgres/record/record-first-successes.js';

/** Pauses between tries to record while the database is away, ms. */
const RETRY_WAITS_MS = [50, 200, 1000, 3000];
/** SQLSTATE classes of a fault in what is written: cardinality, data, constraints, limits, what a trigger raised. */
const REFUSAL = /^(21|22|23|44|54|P0)/;

/**
 * Records outcomes until the database takes them: one that is given up would be sent again.
 * - An answer that was lost is found out: what was recorded is not recorded twice.
 * - An outcome that the database refuses does not hold up the others. It loses its history rather than its result.
 */
export class OutcomeRecorder {
  private readonly logger = new LineLogger('WebhookDispatcher');
  private abandoned = false;

  constructor(
    private readonly database: Session,
    private readonly leases: Leases,
  ) {}

  /** The process ends and the database does not answer: what is unrecorded is left to the leases. */
  abandon(): void {
    this.abandoned = true;
  }

  /** `null`: {@link abandon} came first. */
  async record(outcomes: readonly Outcome[]): Promise<RecordedOutcomes | null> {
    const retired = this.leases.release(outcomes.map((outcome) => outcome.delivery.leaseId));
    return this.retryUntilRecorded(`${outcomes.length} outcomes could not be recorded`, async (tries) => {
      const before = tries === 0 ? new Set<string>() : await findRecordedOutcomes(this.database, outcomes);
      const rest = outcomes.filter((outcome) => !before.has(outcome.delivery.id));
      const recorded = await this.recordAll(rest, retired);
      for (const id of before) recorded.ids.add(id);
      return recorded;
    });
  }

  /** Until `work` succeeds. `null`: {@link abandon} came first. */
  async retryUntilRecorded<T>(failure: string, work: (tries: number) => Promise<T>): Promise<T | null> {
    for (let tries = 0; ; tries++) {
      try {
        return await work(tries);
      } catch (error) {
        if (this.abandoned) return null;
        const wait = RETRY_WAITS_MS[Math.min(tries, RETRY_WAITS_MS.length - 1)]!;
        this.logger.error(`${failure} yet: ${(error as Error).message}; again in ${wait} ms`);
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  private async recordAll(
    outcomes: readonly Outcome[],
    retired: readonly string[],
  ): Promise<RecordedOutcomes> {
    const ids = await this.recordPlain(outcomes.filter(isFirstSuccess));
    const others = outcomes.filter((outcome) => !ids.has(outcome.delivery.id));
    if (others.length > 0) {
      const recorded = await this.recordOthers(others, retired);
      for (const id of ids) recorded.ids.add(id);
      return recorded;
    }
    await this.leases.remove(retired);
    return { ids, healthChanges: [], stopped: [], hasDueLanes: false };
  }

  /** Those it leaves out are among the others. */
  private async recordPlain(outcomes: readonly Outcome[]): Promise<Set<string>> {
    if (outcomes.length === 0) return new Set();
    try {
      return await recordFirstSuccesses(this.database, outcomes);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return new Set();
    }
  }

  private async recordOthers(
    outcomes: readonly Outcome[],
    retired: readonly string[],
  ): Promise<RecordedOutcomes> {
    try {
      return await recordOutcomes(this.database, outcomes, retired);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    const kept = new Set<string>();
    const recorded = await this.recordInHalves(outcomes, kept);
    await this.leases.remove(retired.filter((id) => !kept.has(id)));
    return recorded;
  }

  /** Halves until those that are refused stand alone. `kept`: the leases of those that are refused altogether. */
  private async recordInHalves(outcomes: readonly Outcome[], kept: Set<string>): Promise<RecordedOutcomes> {
    if (outcomes.length === 1) return this.recordWithoutHistory(outcomes[0]!, kept);
    const middle = outcomes.length >> 1;
    const halves: RecordedOutcomes[] = [];
    for (const half of [outcomes.slice(0, middle), outcomes.slice(middle)]) {
      try {
        halves.push(await recordOutcomes(this.database, half, []));
      } catch (error) {
        if (!isRefusal(error)) throw error;
        halves.push(await this.recordInHalves(half, kept));
      }
    }
    const [first, second] = halves as [RecordedOutcomes, RecordedOutcomes];
    return {
      ids: new Set([...first.ids, ...second.ids]),
      healthChanges: [...first.healthChanges, ...second.healthChanges],
      stopped: [...first.stopped, ...second.stopped],
      hasDueLanes: first.hasDueLanes || second.hasDueLanes,
    };
  }

  /** Without what was answered and without the attempt before it. Refused too, it comes back when its lease runs out. */
  private async recordWithoutHistory(outcome: Outcome, kept: Set<string>): Promise<RecordedOutcomes> {
    const { delivery, attempt } = outcome;
    try {
      const bare = { ...outcome, attempt: attempt && { ...attempt, response: '' } };
      const recorded = await recordOutcomes(this.database, [bare], [], { history: false });
      this.logger.error(
        `The database refused the history of delivery dlv_${delivery.id}: it goes on without`,
      );
      return recorded;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.logger.error(`The database refuses what came of delivery dlv_${delivery.id}: ${error.message}`);
      this.leases.forsake(delivery.leaseId);
      kept.add(delivery.leaseId);
      return { ids: new Set(), healthChanges: [], stopped: [], hasDueLanes: false };
    }
  }
}

function isRefusal(error: unknown): error is Error {
  return REFUSAL.test(String((error as { code?: unknown }).code));
}
