import { Inject, Injectable } from '@nestjs/common';
import { AlertSender } from '../alerts/alert-sender.js';
import { HELD_LANE_WAIT_MS } from '../store/lane-rules.js';
import type { LaneStore } from '../store/lane-store.js';
import { STORE } from '../store/store.js';
import { type ClaimResult, NO_CLAIM } from './claim/lane-claimer.js';
import { Leases } from './claim/leases.js';
import { MAX_DEPTH, ScanDepths } from './claim/scan-depths.js';
import { CAPTURED_CHANGES, type CapturedChanges } from './captured-changes.js';
import { Dispatcher } from './dispatcher.js';
import { Maintenance } from './maintenance/maintenance.js';
import { PendingWork } from './pending-work.js';
import { Pipeline } from './pipeline.js';
import type { OutcomeCounts } from './record/outcome-tally.js';

/** What one `runOnce()` did. */
export interface RunResult extends OutcomeCounts {
  /** Events that were relayed. */
  relayed: number;
  /** Deliveries that were leased from their lanes. */
  claimed: number;
}

/**
 * Maximum number of rounds in a row that find work but get none, because other workers hold it. After these rounds, the work
 * is left to the other workers.
 */
const MAX_FRUITLESS_ROUNDS = 40;

interface Round {
  relayed: number;
  claimed: number;
  /** Something was done, or maintenance has more to do. */
  hasProgress: boolean;
  /** Lanes whose due deliveries are all held back. */
  stuck: string[];
  /** The claim has examined lanes. Those that yielded nothing are examined deeper next time, until they count as stuck. */
  hasLooked: boolean;
  /** There are events or due lanes, but this round got none of them: another worker has them locked, for example. */
  leftWork: boolean;
  /**
   * Lanes that are not due yet may hold due deliveries. Time (ms) until the first of these lanes is due; `null`: there are
   * no such lanes.
   */
  dueSoonInMs: number | null;
}

/** `runOnce()`: for tests and cron jobs. It may also run while the worker runs. */
@Injectable()
export class RunOnce {
  constructor(
    @Inject(STORE) private readonly store: LaneStore,
    private readonly pipeline: Pipeline,
    private readonly pending: PendingWork,
    private readonly dispatcher: Dispatcher,
    private readonly maintenance: Maintenance,
    private readonly alerts: AlertSender,
    private readonly leases: Leases,
    @Inject(CAPTURED_CHANGES) private readonly changes: CapturedChanges,
  ) {}

  /**
   * Publishes captured changes, and then relays events, claims deliveries and sends them, until nothing is due except what
   * another worker holds. Waits for the outcomes and for alerts, and returns what it did.
   */
  async run(): Promise<RunResult> {
    const before = { ...this.dispatcher.counts };
    const stopHurrying = this.dispatcher.hurry();
    const { relayed, claimed } = await this.untilNothingIsDue().finally(stopHurrying);
    await this.alerts.sendDue();
    await this.maintenance.flush();
    await this.leases.deleteFinished(true);
    return { relayed, claimed, ...difference(this.dispatcher.counts, before) };
  }

  private async untilNothingIsDue(): Promise<{ relayed: number; claimed: number }> {
    let relayed = 0;
    let claimed = 0;
    let fruitlessRounds = 0;
    // Lanes whose due deliveries were all held back, even at full depth. The set is emptied when anything changes.
    const stuck = new Set<string>();
    // The worker's loop forgets all its depths when they become too many. A run with those depths could then search the
    // same lanes again and again, so each run has depths of its own.
    const depths = new ScanDepths(Infinity);
    for (;;) {
      const recording = this.dispatcher.nextRecording();
      // `idle` is read before the check, because an outcome that is recorded during the check may make more deliveries due.
      const wasIdle = this.dispatcher.idle;
      const round = await this.pipeline.exclusively(() => this.round([...stuck], depths));
      relayed += round.relayed;
      claimed += round.claimed;
      const isIdle = this.dispatcher.idle;
      if (round.hasProgress || !wasIdle || !isIdle) {
        // An outcome may free room, or deliveries of its subject may be waiting for it.
        if (!round.hasProgress && !isIdle) await recording;
        stuck.clear();
        fruitlessRounds = 0;
        continue;
      }
      for (const laneId of round.stuck) stuck.add(laneId);
      const { dueSoonInMs } = round;
      if (dueSoonInMs === null && !round.leftWork) {
        if (!(await this.advanceUnheld(depths.deepest()))) return { relayed, claimed };
        stuck.clear();
        continue;
      }
      fruitlessRounds = round.hasLooked ? 0 : fruitlessRounds + 1;
      if (fruitlessRounds > MAX_FRUITLESS_ROUNDS) return { relayed, claimed };
      const waitMs = dueSoonInMs === null ? HELD_LANE_WAIT_MS : dueSoonInMs + 1;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  /**
   * Finds due deliveries that a claim does not reach, and moves them to the front of their lane. Returns whether there were
   * any.
   */
  private async advanceUnheld(laneIds: readonly string[]): Promise<boolean> {
    if (laneIds.length === 0) return false;
    let advanced = 0;
    for (const laneId of await this.store.findDeepLanes(laneIds, MAX_DEPTH))
      advanced += await this.store.advanceUnheld(laneId, MAX_DEPTH);
    return advanced > 0;
  }

  private async round(skipLanes: readonly string[], depths: ScanDepths): Promise<Round> {
    const check = await this.pipeline.checkForWork(skipLanes);
    const { hasEvents, dueInMs, failingDueInMs, hasChanges } = check;
    const hasMoreMaintenance = await this.maintenance.runUrgent(check);
    const mapped = hasChanges ? await this.changes.run() : 0;
    const relayed = hasEvents ? await this.relay() : 0;
    const isDue = dueInMs === 0 || this.pending.hasLanes;
    // If there is no other work, failing lanes need not wait for their next step: they are claimed together now.
    const isEarly = !isDue && failingDueInMs !== null && this.dispatcher.idle;
    const { leased, stuck, examined } =
      isDue || isEarly ? await this.claim(skipLanes, { depths, isEarly }) : NO_CLAIM;
    return {
      relayed,
      claimed: leased.length,
      hasProgress: mapped > 0 || relayed > 0 || leased.length > 0 || hasMoreMaintenance,
      stuck,
      hasLooked: examined > 0,
      leftWork: (hasEvents && relayed === 0) || (dueInMs === 0 && leased.length === 0),
      // A lane that yielded nothing is due again after a moment. The next claim then examines more of it.
      dueSoonInMs: dueInMs !== null && dueInMs <= HELD_LANE_WAIT_MS ? dueInMs : failingDueInMs,
    };
  }

  private async relay(): Promise<number> {
    this.pending.noteRelayBegins();
    const result = await this.pipeline.relayBatch();
    this.pending.noteRelayed(result);
    return result.relayed;
  }

  private async claim(
    skipLanes: readonly string[],
    options: { depths: ScanDepths; isEarly: boolean },
  ): Promise<ClaimResult> {
    this.pending.noteClaimBegins();
    const result = await this.pipeline.claimBatch(skipLanes, options);
    this.pending.noteClaimed(result);
    return result;
  }
}

function difference(after: OutcomeCounts, before: OutcomeCounts): OutcomeCounts {
  const counts = Object.entries(after).map(([name, count]) => [
    name,
    count - before[name as keyof OutcomeCounts],
  ]);
  return Object.fromEntries(counts) as unknown as OutcomeCounts;
}
