import type { Lane } from './lane.js';
import type { LaneCounts } from './lane-counts.js';
import type { LaneHealth } from './lane-health.js';
import { TenantQueue } from './shares/tenant-queue.js';

/**
 * Lanes that are ready to send, one queue for each health. Untried and failing lanes share a quarter of the slots.
 * Failing lanes get at most half of this quarter. Requests that fail slowly must not take the slots of requests that
 * succeed. Lanes whose requests hang take no slots, but have separate places, which the tenants share. Tenants take turns
 * in the queues of unhealthy lanes.
 */
export class ReadyQueues {
  private readonly healthy: Lane[] = [];
  private readonly unhealthy = {
    untried: new TenantQueue(),
    failing: new TenantQueue(),
    hanging: new TenantQueue(),
  };
  private picks = 0;

  constructor(
    private readonly counts: LaneCounts,
    private readonly slots: number,
  ) {}

  /** Whether unhealthy lanes wait for a slot. */
  get isCrowded(): boolean {
    const { untried, failing } = this.unhealthy;
    return !this.hasSlotForUnhealthy && untried.length + failing.length > 0;
  }

  enqueue(lane: Lane): void {
    lane.isQueued = true;
    if (lane.health === 'healthy') this.healthy.push(lane);
    else this.unhealthy[lane.health].push(lane);
  }

  dequeue(lane: Lane): void {
    if (!lane.isQueued) return;
    lane.isQueued = false;
    if (lane.health === 'healthy') this.healthy.splice(this.healthy.indexOf(lane), 1);
    else this.unhealthy[lane.health].remove(lane);
  }

  /** Takes out the lane that sends next. */
  next(): Lane | undefined {
    const lane = this.pick();
    if (lane) lane.isQueued = false;
    return lane;
  }

  /** Sets the lane's health. A lane whose health changes leaves its queue. */
  changeHealth(lane: Lane, health: LaneHealth): void {
    if (lane.health === health) return;
    this.dequeue(lane);
    this.counts.changeHealth(lane, health);
  }

  /**
   * Order: untried, hanging, healthy, failing. Every fourth pick takes a failing lane first, so that healthy lanes cannot
   * keep all slots for ever. Untried and failing lanes are limited to their share of the slots.
   */
  private pick(): Lane | undefined {
    const { untried, failing, hanging } = this.unhealthy;
    const { mayHang } = this.counts;
    const mayTry = this.hasSlotForUnhealthy;
    const mayRetry = mayTry && this.counts.slotsInUse.failing < Math.max(1, this.slots >> 3);
    const failingFirst = mayRetry && ++this.picks % 4 === 0;
    return (
      (failingFirst ? failing.shift(mayHang) : undefined) ??
      (mayTry ? untried.shift(mayHang) : undefined) ??
      hanging.shift(mayHang) ??
      this.healthy.shift() ??
      (mayRetry ? failing.shift(mayHang) : undefined)
    );
  }

  private get hasSlotForUnhealthy(): boolean {
    return this.counts.unhealthySlots < Math.max(1, this.slots >> 2);
  }
}
