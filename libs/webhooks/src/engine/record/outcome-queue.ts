import type { Outcome } from '../send/outcome.js';

/** How long (ms) an outcome waits for more outcomes while several requests are in flight. One statement then writes all. */
const GATHER_MS = 8;
/**
 * How long (ms) a success waits while few requests are in flight. Other deliveries may wait for a success if its lane counts
 * deliveries in flight, or if its delivery was claimed before without an outcome: such a success is written at once.
 */
const GATHER_SUCCESSES_MS = 20;
/** How long (ms) outcomes of failing lanes wait while any request is in flight. */
const GATHER_FAILURES_MS = 50;
/** The outcome of a slow failure may wait longer: for this share of the request's duration. */
const GATHER_SLOW_SHARE = 0.05;
/** Maximum wait (ms) of a slow failure's outcome. */
const MAX_GATHER_SLOW_MS = 250;
/** With fewer requests in flight than this, no other outcomes are expected soon. */
const MIN_IN_FLIGHT_TO_GATHER = 4;
/** Maximum number of outcomes in one statement. */
const MAX_BATCH = 500;
/** If this many outcomes wait, they are written without delay. */
const WRITE_AT_ONCE_FROM = MAX_BATCH / 2;

/** Outcomes that are not recorded yet. One batch is written at a time. Outcomes that come meanwhile make the next batch. */
export class OutcomeQueue {
  private readonly outcomes: Outcome[] = [];
  private writing: Promise<void> | null = null;
  /** When (ms on the process's monotonic clock) the current batch began to be written. */
  private writingSince = 0;
  private gathering: NodeJS.Timeout | null = null;
  /** When gathering ends, on the same clock. */
  private gatheringUntil = 0;
  /** Number of callers that wait for outcomes: see {@link hurry}. */
  private waiters = 0;

  /**
   * @param inFlight how many requests may still bring outcomes
   * @param write writes a batch and retries until the database accepts it
   * @param onWritten called when a batch has left the queue; it must call {@link resume}
   */
  constructor(
    private readonly inFlight: () => number,
    private readonly write: (batch: Outcome[]) => Promise<void>,
    private readonly onWritten: (batch: Outcome[]) => void,
  ) {}

  /** Outcomes that wait or are being written. */
  get length(): number {
    return this.outcomes.length;
  }

  /** Time (ms) since the current batch began to be written; 0 if no batch is being written. */
  get writingMs(): number {
    return this.writing ? performance.now() - this.writingSince : 0;
  }

  /** Outcomes whose delivery has one of these leases. */
  underLeases(leaseIds: ReadonlySet<string>): Outcome[] {
    return this.outcomes.filter(({ delivery }) => leaseIds.has(delivery.leaseId));
  }

  get isIdle(): boolean {
    return this.outcomes.length === 0 && !this.writing;
  }

  add(outcome: Outcome): void {
    this.outcomes.push(outcome);
    if (!this.writing) this.writeWithin(this.maxWaitMs(outcome));
  }

  /** Continues with the outcomes that came while a batch was being written. */
  resume(): void {
    if (this.outcomes.length === 0) return;
    this.writeWithin(Math.min(...this.outcomes.map((outcome) => this.maxWaitMs(outcome))));
  }

  /** Somebody waits for outcomes: they are written sooner until the returned function is called. */
  hurry(): () => void {
    this.waiters++;
    this.flush();
    return () => this.waiters--;
  }

  private maxWaitMs({ delivery, state, failure, attempt }: Outcome): number {
    const inFlight = this.inFlight();
    if (delivery.isExclusive) return inFlight > 0 || this.gathering ? GATHER_FAILURES_MS : 0;
    if (inFlight >= MIN_IN_FLIGHT_TO_GATHER) {
      const slowMs = failure && attempt && this.waiters === 0 ? attempt.durationMs * GATHER_SLOW_SHARE : 0;
      return Math.max(GATHER_MS, Math.min(slowMs, MAX_GATHER_SLOW_MS));
    }
    const isAwaited = this.waiters > 0 || state !== 'delivered' || delivery.isCounted || delivery.claims > 1;
    return isAwaited ? 0 : GATHER_SUCCESSES_MS;
  }

  private writeWithin(ms: number): void {
    if (ms === 0 || this.outcomes.length >= WRITE_AT_ONCE_FROM) return this.flush();
    const until = performance.now() + ms;
    if (this.gathering && this.gatheringUntil <= until) return;
    this.stopGathering();
    this.gatheringUntil = until;
    this.gathering = setTimeout(() => this.flush(), ms);
  }

  /** Writes what waits, without gathering more. */
  flush(): void {
    this.stopGathering();
    if (this.writing || this.outcomes.length === 0) return;
    this.writingSince = performance.now();
    this.writing = this.writeBatch();
  }

  private stopGathering(): void {
    if (this.gathering) clearTimeout(this.gathering);
    this.gathering = null;
  }

  private async writeBatch(): Promise<void> {
    const batch = this.outcomes.slice(0, MAX_BATCH);
    await this.write(batch);
    this.writing = null;
    this.outcomes.splice(0, batch.length);
    this.onWritten(batch);
  }
}
