import { LineLogger } from '../../core/line-logger.js';
import type { Database } from '../../store/postgres/connection/session.js';
import type { Leases } from '../claim/leases.js';
import type { Outcome } from '../send/outcome.js';
import {
  type Recorded,
  recordOutcomes,
  recordedBefore,
} from '../../store/postgres/record/record-outcomes.js';
import { isPlainSuccess, recordSuccesses } from '../../store/postgres/record/record-first-successes.js';

/** Pauses between tries to record while the database is away, ms. */
const WAITS = [50, 200, 1000, 3000];
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
    private readonly database: Database,
    private readonly leases: Leases,
  ) {}

  /** The process ends and the database does not answer: what is unrecorded is left to the leases. */
  abandon(): void {
    this.abandoned = true;
  }

  /** `null`: {@link abandon} came first. */
  async record(outcomes: readonly Outcome[]): Promise<Recorded | null> {
    const retired = this.leases.settle(outcomes.map((outcome) => outcome.delivery.leaseId));
    return this.insist(`${outcomes.length} outcomes could not be recorded`, async (tries) => {
      const before = tries === 0 ? new Set<string>() : await recordedBefore(this.database, outcomes);
      const rest = outcomes.filter((outcome) => !before.has(outcome.delivery.id));
      const recorded = await this.recordAll(rest, retired);
      for (const id of before) recorded.ids.add(id);
      return recorded;
    });
  }

  /** Until `work` succeeds. `null`: {@link abandon} came first. */
  async insist<T>(failure: string, work: (tries: number) => Promise<T>): Promise<T | null> {
    for (let tries = 0; ; tries++) {
      try {
        return await work(tries);
      } catch (error) {
        if (this.abandoned) return null;
        const wait = WAITS[Math.min(tries, WAITS.length - 1)]!;
        this.logger.error(`${failure} yet: ${(error as Error).message}; again in ${wait} ms`);
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  private async recordAll(outcomes: readonly Outcome[], retired: readonly string[]): Promise<Recorded> {
    const ids = await this.recordPlain(outcomes.filter(isPlainSuccess));
    const others = outcomes.filter((outcome) => !ids.has(outcome.delivery.id));
    if (others.length > 0) {
      const recorded = await this.recordOthers(others, retired);
      for (const id of ids) recorded.ids.add(id);
      return recorded;
    }
    await this.leases.remove(retired);
    return { ids, turned: [], stopped: [], due: false };
  }

  /** Those it leaves out are among the others. */
  private async recordPlain(outcomes: readonly Outcome[]): Promise<Set<string>> {
    if (outcomes.length === 0) return new Set();
    try {
      return await recordSuccesses(this.database, outcomes);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return new Set();
    }
  }

  private async recordOthers(outcomes: readonly Outcome[], retired: readonly string[]): Promise<Recorded> {
    try {
      return await recordOutcomes(this.database, outcomes, retired);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    const kept = new Set<string>();
    const recorded = await this.recordApart(outcomes, kept);
    await this.leases.remove(retired.filter((id) => !kept.has(id)));
    return recorded;
  }

  /** Halves until those that are refused stand alone. `kept`: the leases of those that are refused altogether. */
  private async recordApart(outcomes: readonly Outcome[], kept: Set<string>): Promise<Recorded> {
    if (outcomes.length === 1) return this.recordBare(outcomes[0]!, kept);
    const middle = outcomes.length >> 1;
    const halves: Recorded[] = [];
    for (const half of [outcomes.slice(0, middle), outcomes.slice(middle)]) {
      try {
        halves.push(await recordOutcomes(this.database, half, []));
      } catch (error) {
        if (!isRefusal(error)) throw error;
        halves.push(await this.recordApart(half, kept));
      }
    }
    const [first, second] = halves as [Recorded, Recorded];
    return {
      ids: new Set([...first.ids, ...second.ids]),
      turned: [...first.turned, ...second.turned],
      stopped: [...first.stopped, ...second.stopped],
      due: first.due || second.due,
    };
  }

  /** Without what was answered and without the attempt before it. Refused too, it comes back when its lease runs out. */
  private async recordBare(outcome: Outcome, kept: Set<string>): Promise<Recorded> {
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
      return { ids: new Set(), turned: [], stopped: [], due: false };
    }
  }
}

function isRefusal(error: unknown): error is Error {
  return REFUSAL.test(String((error as { code?: unknown }).code));
}
