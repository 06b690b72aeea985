import type { Outcome } from '../send/outcome.js';

/** Maximum time an outcome waits for others to batch with, ms. */
const GATHER_MS = 8;
/** The same while all that wait are of failing lanes, which nobody waits for. */
const GATHER_FAILURES_MS = 50;
/** With fewer requests in flight than this, an outcome does not wait: no others are to be expected soon. */
const MIN_IN_FLIGHT_TO_GATHER = 4;
/** Outcomes in one statement. */
const MAX_BATCH = 500;
/** This many are written at once. */
const FULL_ENOUGH = MAX_BATCH / 2;

/** Outcomes that are not recorded yet. One batch is written at a time. The others wait and make the next batch. */
export class OutcomeQueue {
  private readonly outcomes: Outcome[] = [];
  private writing: Promise<void> | null = null;
  /** When the batch that is being written was begun, on the process's monotonic clock, ms. */
  private writingSince = 0;
  private gathering: NodeJS.Timeout | null = null;
  /** All that wait are of failing lanes. */
  private isPatient = true;

  /**
   * @param inFlight how many requests may still bring outcomes
   * @param write writes a batch and retries until the database accepts it. Returns whether lanes are due by it
   * @param onWritten a batch has left the queue. It must call {@link resume}
   */
  constructor(
    private readonly inFlight: () => number,
    private readonly write: (batch: Outcome[]) => Promise<boolean>,
    private readonly onWritten: (batch: Outcome[], lanesDue: boolean) => void,
  ) {}

  /** Outcomes that wait or are being written. */
  get length(): number {
    return this.outcomes.length;
  }

  /** For how long the present batch is being written, ms; 0: none is. */
  get writingMs(): number {
    return this.writing ? performance.now() - this.writingSince : 0;
  }

  /** Those whose delivery has one of these leases. */
  underLeases(leaseIds: ReadonlySet<string>): Outcome[] {
    return this.outcomes.filter(({ delivery }) => leaseIds.has(delivery.leaseId));
  }

  get isIdle(): boolean {
    return this.outcomes.length === 0 && !this.writing;
  }

  add(outcome: Outcome): void {
    this.outcomes.push(outcome);
    if (this.isPatient && !outcome.delivery.isExclusive) {
      this.isPatient = false;
      this.stopGathering();
    }
    if (this.writing || (this.gathering && this.outcomes.length < FULL_ENOUGH)) return;
    this.writeOrGather();
  }

  /** Continues with the outcomes that came while a batch was written. */
  resume(): void {
    if (this.outcomes.length > 0) this.writeOrGather();
  }

  private writeOrGather(): void {
    const minInFlight = this.isPatient ? 1 : MIN_IN_FLIGHT_TO_GATHER;
    if (this.inFlight() < minInFlight || this.outcomes.length >= FULL_ENOUGH) this.start();
    else this.gathering ??= setTimeout(() => this.start(), this.isPatient ? GATHER_FAILURES_MS : GATHER_MS);
  }

  private start(): void {
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
    const lanesDue = await this.write(batch);
    this.writing = null;
    this.outcomes.splice(0, batch.length);
    this.isPatient = this.outcomes.every(({ delivery }) => delivery.isExclusive);
    this.onWritten(batch, lanesDue);
  }
}
