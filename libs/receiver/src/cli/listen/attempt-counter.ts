const MAX_KEYS = 10_000;

/** Counts how often an event arrived at a path. Drops the oldest counts if there are too many. */
export class AttemptCounter {
  private readonly counts = new Map<string, number>();

  /** Returns the number of this attempt, from 1. */
  next(path: string, id: string): number {
    const key = `${path} ${id}`;
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.delete(key);
    this.counts.set(key, count);
    if (this.counts.size > MAX_KEYS) this.counts.delete(this.counts.keys().next().value!);
    return count;
  }
}
