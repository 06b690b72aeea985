import type { RelayResult } from './relay/relay.js';

/** After this time (ms) without an announcement, other workers may have come or gone, so the delay before a check is reset. */
const SILENCE_MS = 1_000;
/** Maximum value of `ahead` (events). */
const MAX_AHEAD = 100;

/**
 * Decides when this worker relays events that other processes announce. An announcement reaches all workers, but one worker
 * is enough. A worker stands by if it finds that other workers have relayed some of the announced events. It then waits
 * after each announcement, longer each time, and relays what is left. If the other workers have relayed nothing, it stops
 * standing by. A busy worker waits, too, because another worker may have free slots.
 */
export class Standby {
  /** Time (ms) from an announcement until a worker on standby checks what is left: `minMs` at first, at most `maxMs`. */
  limits = { minMs: 10, maxMs: 100 };
  private isStandingBy = false;
  /** Number of times that `minMs` is doubled. */
  private doublings = 0;
  /** Announcements since the last relay began. Each is for one or more events. */
  private announced = 0;
  /** Value of `announced` when the last relay began. */
  private taken = 0;
  /** Events that this worker has relayed and that are not announced yet. */
  private ahead = 0;
  private announcedAt = -Infinity;
  private lookAt: number | null = null;

  /**
   * @param isBusy this worker cannot send at once what it would relay
   * @param now a monotonic clock (ms)
   */
  constructor(
    private readonly isBusy: () => boolean,
    private readonly now: () => number = () => performance.now(),
    private readonly random: () => number = Math.random,
  ) {}

  /** Other workers are expected to relay the waiting events. */
  get isActive(): boolean {
    return this.isStandingBy;
  }

  /**
   * This worker should look for events to relay now. While it stands by or is busy, announced events do not count until the
   * next check is due.
   */
  get hasEvents(): boolean {
    return (this.announced > 0 && !this.isStandingBy && !this.isBusy()) || this.msUntilLook === 0;
  }

  /** Time (ms) until the next check of what other workers have left; `Infinity` if there is nothing to check. */
  get msUntilLook(): number {
    return this.lookAt === null ? Infinity : Math.max(0, this.lookAt - this.now());
  }

  /** Another process has announced events. */
  noteAnnounced(): void {
    const now = this.now();
    if (now - this.announcedAt > SILENCE_MS) this.doublings = 0;
    this.announcedAt = now;
    this.announced++;
    this.lookLater();
  }

  /** Schedules a check of what other workers have left. */
  lookLater(): void {
    const { minMs, maxMs } = this.limits;
    const delayMs = Math.min(minMs * 2 ** this.doublings, maxMs);
    // Workers on standby must not check at the same time, and must check before busy workers.
    this.lookAt ??= this.now() + (this.isBusy() ? maxMs + minMs : delayMs * (1 - this.random() / 2));
  }

  noteRelayBegins(): void {
    this.taken = this.announced;
    this.announced = 0;
    this.lookAt = null;
  }

  noteRelayed({ relayed, hasMore, isEmpty }: RelayResult): void {
    this.ahead = Math.min(this.ahead + relayed - this.taken, MAX_AHEAD);
    if (hasMore) return; // the next relay shows whether other workers relay the rest
    if (this.ahead < 0) this.standBy();
    else if (relayed > 0) this.standUp();
    // Another worker holds events, and may die before it has relayed them.
    const areHeld = relayed === 0 && !isEmpty && (this.taken > 0 || this.isStandingBy);
    if (areHeld || this.announced > 0) this.lookLater();
  }

  private standBy(): void {
    if (this.isStandingBy && this.limits.minMs * 2 ** this.doublings < this.limits.maxMs) this.doublings++;
    this.isStandingBy = true;
    this.ahead = 0;
  }

  private standUp(): void {
    this.isStandingBy = false;
    this.doublings = 0;
  }
}
