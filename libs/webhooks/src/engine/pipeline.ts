import { Injectable } from '@nestjs/common';
import { StoreClock } from '../store/postgres/connection/clock.js';
import { Session } from '../store/postgres/connection/session.js';
import { Dispatcher } from './dispatcher.js';
import { checkForWork, type WorkCheck } from '../store/postgres/claim/check-for-work.js';
import { type ClaimResult, LaneClaimer } from './claim/lane-claimer.js';
import { Relay, type RelayResult } from './relay/relay.js';

const RELAY_BATCH = 1_000;
const FEWEST_RELAYED = 100;

/** What this worker does a batch at a time, and what is known to be there for it. The poller and `runOnce()` share it. */
@Injectable()
export class Pipeline {
  /** There are events to relay. */
  committed = false;
  /** A commit of events in this process, or word of one, came since the last relay. */
  woken = false;
  /** There are lanes that want a turn. */
  lanesWait = false;
  /** On the process's monotonic clock, ms. */
  relayedAt = 0;
  /** On the same clock. */
  claimedAt = 0;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: Session,
    private readonly clock: StoreClock,
    private readonly relay: Relay,
    private readonly turns: LaneClaimer,
    private readonly dispatcher: Dispatcher,
  ) {
    // Lanes that waited for room may go on.
    dispatcher.onRecorded((lanesDue) => {
      this.lanesWait ||= lanesDue;
    });
  }

  /** `runOnce()` beside the running poller: one step at a time. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** Asks the database what there is to do, but for the lanes in `skip`. */
  async checkForWork(skip: readonly string[] = []): Promise<WorkCheck> {
    const seen = await checkForWork(this.database, [...this.dispatcher.unclaimableLanes(), ...skip]);
    this.clock.observe(seen.now);
    return seen;
  }

  /** One batch of events. */
  async relayBatch(): Promise<RelayResult> {
    this.committed = false;
    this.woken = false;
    // What this worker has no room for would only be written twice: others may take it, or it waits a moment.
    const limit = Math.max(FEWEST_RELAYED, Math.min(RELAY_BATCH, this.dispatcher.relayableCount));
    const result = await this.relay.relayBatch(limit);
    this.relayedAt = performance.now();
    this.committed ||= result.more;
    this.lanesWait ||= result.waiting > 0;
    return result;
  }

  /** One claim from the lanes, but for those in `skip`. */
  async claimBatch(skip: readonly string[] = []): Promise<ClaimResult> {
    this.lanesWait = false;
    this.claimedAt = performance.now();
    const result = await this.turns.claim(skip);
    this.lanesWait ||= result.more || result.leased > 0;
    return result;
  }
}
