/** What a book of lanes knows that decides how much may be leased. */
export interface LaneCapacity {
  /** How many more deliveries of a lane may be leased. */
  roomOf(laneId: string): number;
  /** Its last answer was a success. */
  isProven(laneId: string): boolean;
}

/**
 * What a worker may lease now, handed out lane by lane: never more than it has room for, than the lane has room for, and
 * than all lanes without a recent success have room for together.
 */
export class ClaimBudget {
  private readonly taken = new Map<string, number>();

  constructor(
    private readonly book: LaneCapacity,
    /** Deliveries in all. */
    private left: number,
    /** Of these, for lanes without a recent success. */
    private unproven: number,
  ) {}

  /** Nothing is left. */
  get isSpent(): boolean {
    return this.left === 0;
  }

  /** The same part of what is left for each of `lanes`, at least one. */
  sharePerLane(lanes: number): number {
    return Math.max(1, Math.floor(this.left / lanes));
  }

  /** Takes up to `wanted` for a lane. Answers how many. */
  reserve(laneId: string, wanted: number): number {
    const taken = this.taken.get(laneId) ?? 0;
    const proven = this.book.isProven(laneId);
    const bound = proven ? this.left : Math.min(this.left, this.unproven);
    const count = Math.max(0, Math.min(wanted, bound, this.book.roomOf(laneId) - taken));
    this.taken.set(laneId, taken + count);
    this.left -= count;
    if (!proven) this.unproven -= count;
    return count;
  }
}
