import { Injectable } from '@nestjs/common';
import { AlertSender } from './alerts/alert-sender.js';
import { Batches } from './batches.js';
import type { DispatchCounts } from './delivery/dispatch-counts.js';
import { Dispatcher } from './delivery/dispatcher.js';
import { Housekeeper } from './delivery/housekeeper.js';
import { HELD_WAIT } from './delivery/lane-claim.js';
import { Leases } from './delivery/leases.js';

/** What one `runOnce()` did. */
export interface RunCounts extends DispatchCounts {
  /** Events relayed. */
  relayed: number;
  /** Deliveries that were leased from their lanes. */
  claimed: number;
}

/** What one round found and did. */
interface Round {
  relayed: number;
  claimed: number;
  /** There may be more to tidy up. */
  more: boolean;
  /** Until a lane is due, ms; `null`: none will be. */
  dueInMs: number | null;
}

/** `runOnce()`: for tests, for cron, beside the running poller too. */
@Injectable()
export class RunOnce {
  constructor(
    private readonly batches: Batches,
    private readonly dispatcher: Dispatcher,
    private readonly housekeeper: Housekeeper,
    private readonly alerts: AlertSender,
    private readonly leases: Leases,
  ) {}

  /** Relays, claims and sends until nothing is due, waits for what it sent, alerts too, and answers what it did. */
  async run(): Promise<RunCounts> {
    const before = { ...this.dispatcher.counts };
    const { relayed, claimed } = await this.untilNothingIsDue();
    await this.alerts.sendDue();
    await this.leases.remove(this.leases.finished(true));
    return { relayed, claimed, ...difference(this.dispatcher.counts, before) };
  }

  private async untilNothingIsDue(): Promise<{ relayed: number; claimed: number }> {
    let relayed = 0;
    let claimed = 0;
    for (let lookedTwice = false; ;) {
      const settled = this.dispatcher.nextSettled();
      // Before the look: an outcome that is recorded meanwhile may make due what the look has not seen.
      const wasIdle = this.dispatcher.idle;
      const done = await this.batches.exclusively(() => this.round());
      relayed += done.relayed;
      claimed += done.claimed;
      if (done.relayed > 0 || done.claimed > 0 || done.more) {
        lookedTwice = false;
      } else if (!wasIdle || !this.dispatcher.idle) {
        // An outcome may make room, or be what others of its subject wait for.
        if (!this.dispatcher.idle) await settled;
      } else if (done.dueInMs !== null && done.dueInMs <= HELD_WAIT && !lookedTwice) {
        // What others waited for may have ended while the lane's turn was on.
        await new Promise((resolve) => setTimeout(resolve, done.dueInMs! + 1));
        lookedTwice = true;
      } else {
        return { relayed, claimed };
      }
    }
  }

  private async round(): Promise<Round> {
    const seen = await this.batches.look();
    const more = await this.housekeeper.tidy(seen);
    const relayed = seen.events ? (await this.batches.relayEvents()).events : 0;
    const claimed = seen.dueInMs === 0 || this.batches.lanesWait ? await this.batches.takeTurns() : 0;
    return { relayed, claimed, more, dueInMs: seen.dueInMs };
  }
}

function difference(after: DispatchCounts, before: DispatchCounts): DispatchCounts {
  const counts = Object.entries(after).map(([name, count]) => [
    name,
    count - before[name as keyof DispatchCounts],
  ]);
  return Object.fromEntries(counts) as unknown as DispatchCounts;
}
