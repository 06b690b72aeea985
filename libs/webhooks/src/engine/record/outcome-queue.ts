import type { Outcome } from '../send/outcome.js';

/** Outcomes wait this long for company while there is plenty in flight, ms. */
const GATHER_MS = 8;
/** With fewer requests in flight than this no company is to be expected. */
const FEW_IN_FLIGHT = 4;
/** Outcomes in one statement at most. */
const BATCH = 500;
/** As many are worth a statement at once. */
const WORTHWHILE = BATCH / 2;

/** Outcomes that are not recorded yet. One batch is written at a time, while the others wait for company. */
export class OutcomeQueue {
  private readonly outcomes: Outcome[] = [];
  private writing: Promise<void> | null = null;
  private gathering: NodeJS.Timeout | null = null;

  /**
   * @param inFlight how many requests may still bring outcomes
   * @param write writes a batch, until the database takes it; answers whether lanes are due by it
   * @param written hears that a batch has left the queue; {@link resume} is up to it
   */
  constructor(
    private readonly inFlight: () => number,
    private readonly write: (batch: Outcome[]) => Promise<boolean>,
    private readonly written: (batch: Outcome[], lanesDue: boolean) => void,
  ) {}

  /** Outcomes that wait or are being written. */
  get length(): number {
    return this.outcomes.length;
  }

  get idle(): boolean {
    return this.outcomes.length === 0 && !this.writing;
  }

  add(outcome: Outcome): void {
    this.outcomes.push(outcome);
    if (this.writing || (this.gathering && this.outcomes.length < WORTHWHILE)) return;
    this.writeOrGather();
  }

  /** After a batch: whatever came meanwhile. */
  resume(): void {
    if (this.outcomes.length > 0) this.writeOrGather();
  }

  private writeOrGather(): void {
    if (this.inFlight() < FEW_IN_FLIGHT || this.outcomes.length >= WORTHWHILE) this.start();
    else this.gathering ??= setTimeout(() => this.start(), GATHER_MS);
  }

  private start(): void {
    if (this.gathering) clearTimeout(this.gathering);
    this.gathering = null;
    if (this.writing || this.outcomes.length === 0) return;
    this.writing = this.writeBatch();
  }

  private async writeBatch(): Promise<void> {
    const batch = this.outcomes.slice(0, BATCH);
    const lanesDue = await this.write(batch);
    this.writing = null;
    this.outcomes.splice(0, batch.length);
    this.written(batch, lanesDue);
  }
}
