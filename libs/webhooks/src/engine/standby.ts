import type { RelayResult } from './relay/relay.js';

/** After so long without an announcement nobody knows which workers are there, ms: the delay is as at first. */
const SILENCE_MS = 1_000;
/** How many events that this worker has relayed before it was told of them count. */
const MAX_AHEAD = 100;

/**
 * Whether this worker relays what other processes announce. An announcement reaches all workers, but one is enough: a
 * worker that finds that others have relayed some of what it was told of stands by. It then lets a moment pass after an
 * announcement, a longer one each time, and relays what is left. If others have left it all, it relays at once again. One
 * that is busy lets a moment pass, too: another may have free slots.
 */
export class Standby {
  /** How long after an announcement this worker looks what is left, ms: at first, and after others have relayed often. */
  limits = { minMs: 10, maxMs: 100 };
  private isStandingBy = false;
  /** Of `minMs`: how often the delay is doubled. */
  private doublings = 0;
  /** Announcements since the last relay began; each is of one event or more. */
  private announced = 0;
  /** Those before the last relay began. */
  private taken = 0;
  /** Events that this worker has relayed beyond the announcements: theirs are still on the way. */
  private ahead = 0;
  private announcedAt = -Infinity;
  private lookAt: number | null = null;

  /**
   * @param isBusy this worker cannot send at once what it relays
   * @param now a monotonic clock, ms
   */
  constructor(
    private readonly isBusy: () => boolean,
    private readonly now: () => number = () => performance.now(),
    private readonly random: () => number = Math.random,
  ) {}

  /** Others are expected to relay the events that are there. */
  get isActive(): boolean {
    return this.isStandingBy;
  }

  /** There are events to relay, perhaps. */
  get hasEvents(): boolean {
    return (this.announced > 0 && !this.isStandingBy && !this.isBusy()) || this.msUntilLook === 0;
  }

  /** Until it is time to look what others have left, ms. `Infinity`: there was nothing. */
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

  /** There are events, which others are expected to relay. */
  lookLater(): void {
    const { minMs, maxMs } = this.limits;
    const delayMs = Math.min(minMs * 2 ** this.doublings, maxMs);
    // Those that stand by do not look at the same time, and before those that are busy.
    this.lookAt ??= this.now() + (this.isBusy() ? maxMs + minMs : delayMs * (1 - this.random() / 2));
  }

  noteRelayBegins(): void {
    this.taken = this.announced;
    this.announced = 0;
    this.lookAt = null;
  }

  noteRelayed({ relayed, hasMore, isEmpty }: RelayResult): void {
    this.ahead = Math.min(this.ahead + relayed - this.taken, MAX_AHEAD);
    if (hasMore) return; // the next relay tells whose they are
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
