import { Injectable } from '@nestjs/common';
import { AlertSender } from '../alerts/alert-sender.js';
import { Pipeline } from './pipeline.js';
import type { OutcomeCounts } from './record/outcome-tally.js';
import { Dispatcher } from './dispatcher.js';
import { Maintenance } from './maintenance/maintenance.js';
import { HELD_LANE_WAIT_MS } from '../store/lane-rules.js';
import { Leases } from './claim/leases.js';

/** What one `runOnce()` did. */
export interface RunResult extends OutcomeCounts {
  /** Events relayed. */
  relayed: number;
  /** Deliveries that were leased from their lanes. */
  claimed: number;
}

/** Rounds in a row that find work but get none, because other workers hold it: after so many it is left to them. */
const MAX_FRUITLESS_ROUNDS = 40;

/** What one round found and did. */
interface Round {
  relayed: number;
  claimed: number;
  /** Something was done, or there may be more to tidy up. */
  progress: boolean;
  /** Lanes whose due deliveries are all held back. */
  exhausted: string[];
  /** There are events or due lanes, but this round got none of them: another worker has them locked, for example. */
  left: boolean;
  /** Until a lane is due, ms; `null`: none will be. */
  dueInMs: number | null;
}

/** `runOnce()`: for tests, for cron, beside the running poller too. */
@Injectable()
export class RunOnce {
  constructor(
    private readonly batches: Pipeline,
    private readonly dispatcher: Dispatcher,
    private readonly housekeeper: Maintenance,
    private readonly alerts: AlertSender,
    private readonly leases: Leases,
  ) {}

  /** Relays, claims and sends until nothing is due, waits for what it sent, alerts too, and answers what it did. */
  async run(): Promise<RunResult> {
    const before = { ...this.dispatcher.counts };
    const { relayed, claimed } = await this.untilNothingIsDue();
    await this.alerts.sendDue();
    await this.leases.remove(this.leases.finished(true));
    return { relayed, claimed, ...difference(this.dispatcher.counts, before) };
  }

  private async untilNothingIsDue(): Promise<{ relayed: number; claimed: number }> {
    let relayed = 0;
    let claimed = 0;
    let fruitless = 0;
    // Lanes whose due deliveries are all held back, by a claim of full depth since anything last changed.
    const exhausted = new Set<string>();
    for (;;) {
      const settled = this.dispatcher.nextRecording();
      // Before the look: an outcome that is recorded meanwhile may make due what the look has not seen.
      const wasIdle = this.dispatcher.idle;
      const done = await this.batches.exclusively(() => this.round([...exhausted]));
      relayed += done.relayed;
      claimed += done.claimed;
      const isIdle = this.dispatcher.idle;
      if (done.progress || !wasIdle || !isIdle) {
        // An outcome may make room, or be what others of its subject wait for.
        if (!done.progress && !isIdle) await settled;
        exhausted.clear();
        fruitless = 0;
        continue;
      }
      for (const laneId of done.exhausted) exhausted.add(laneId);
      // A lane that gave nothing is due again after a moment, and is then looked into deeper.
      const dueSoon = done.dueInMs !== null && done.dueInMs <= HELD_LANE_WAIT_MS;
      if (!dueSoon && !done.left) return { relayed, claimed };
      fruitless = done.exhausted.length > 0 ? 0 : fruitless + 1;
      if (fruitless > MAX_FRUITLESS_ROUNDS) return { relayed, claimed };
      await new Promise((resolve) => setTimeout(resolve, dueSoon ? done.dueInMs! + 1 : HELD_LANE_WAIT_MS));
    }
  }

  private async round(skip: readonly string[]): Promise<Round> {
    const seen = await this.batches.checkForWork(skip);
    const more = await this.housekeeper.runUrgent(seen);
    const relayed = seen.events ? (await this.batches.relayBatch()).events : 0;
    const due = seen.dueInMs === 0 || this.batches.lanesWait;
    const { leased, exhausted } = due ? await this.batches.claimBatch(skip) : NO_CLAIM;
    return {
      relayed,
      claimed: leased,
      progress: relayed > 0 || leased > 0 || more,
      exhausted,
      left: (seen.events && relayed === 0) || (seen.dueInMs === 0 && leased === 0),
      dueInMs: seen.dueInMs,
    };
  }
}

const NO_CLAIM = { leased: 0, exhausted: [] as string[] };

function difference(after: OutcomeCounts, before: OutcomeCounts): OutcomeCounts {
  const counts = Object.entries(after).map(([name, count]) => [
    name,
    count - before[name as keyof OutcomeCounts],
  ]);
  return Object.fromEntries(counts) as unknown as OutcomeCounts;
}
