import type { Lane } from './lane.js';
import type { LaneHealth } from './lane-health.js';
import { roomInShare, type TenantShare } from './shares/tenant-shares.js';

const none = (): Record<LaneHealth, number> => ({ healthy: 0, untried: 0, failing: 0, hanging: 0 });

/** Counts what all lanes of a worker hold, by health. Also updates the counts of each lane and of its shares. */
export class LaneCounts {
  /** Requests that hold a slot. */
  readonly slotsInUse = none();
  /** Deliveries that wait. */
  readonly waiting = none();
  /** Requests in flight without a slot: they hang, or are expected to hang. */
  withoutSlot = 0;
  healthyLanes = 0;

  /** @param maxWithoutSlot maximum number of requests without a slot */
  constructor(private readonly maxWithoutSlot: number) {}

  get waitingCount(): number {
    const { healthy, untried, failing, hanging } = this.waiting;
    return healthy + untried + failing + hanging;
  }

  get slotsInUseCount(): number {
    return this.slotsInUse.healthy + this.unhealthySlots;
  }

  /** Deliveries of unhealthy lanes that wait or hold a slot. */
  get heldByUnhealthy(): number {
    const { untried, failing, hanging } = this.waiting;
    return this.unhealthySlots + untried + failing + hanging;
  }

  /** Requests of unhealthy lanes that hold a slot. */
  get unhealthySlots(): number {
    const { untried, failing, hanging } = this.slotsInUse;
    return untried + failing + hanging;
  }

  /** Whether the tenant may have another request without a slot. */
  readonly mayHang = ({ withoutSlot }: TenantShare): boolean =>
    roomInShare(withoutSlot, this.maxWithoutSlot - this.withoutSlot, 3) > 0;

  /** `change`: number of deliveries that began to wait; negative: they stopped waiting. */
  changeWaiting(lane: Lane, change: number): void {
    this.waiting[lane.health] += change;
    if (lane.health !== 'healthy') lane.tenantShare.held += change;
  }

  /** A request begins. It takes no slot if requests of its lane hang. Returns whether it takes a slot. */
  begin(lane: Lane): boolean {
    lane.inFlight++;
    const takesSlot = lane.health !== 'hanging';
    if (takesSlot) this.changeSlots(lane, 1);
    else this.changeWithoutSlot(lane, 1);
    return takesSlot;
  }

  end(lane: Lane, heldSlot: boolean): void {
    lane.inFlight--;
    if (heldSlot) this.changeSlots(lane, -1);
    else this.changeWithoutSlot(lane, -1);
  }

  /** A request that hangs gives up its slot. */
  freeSlot(lane: Lane): void {
    this.changeSlots(lane, -1);
    this.changeWithoutSlot(lane, 1);
  }

  /** Moves the lane's counts to its new health. */
  changeHealth(lane: Lane, health: LaneHealth): void {
    const slots = lane.inFlight - lane.withoutSlot;
    const waiting = lane.waiting.length;
    const before = lane.health;
    this.slotsInUse[before] -= slots;
    this.waiting[before] -= waiting;
    this.slotsInUse[health] += slots;
    this.waiting[health] += waiting;
    if (before === 'healthy') lane.tenantShare.held += slots + waiting;
    if (health === 'healthy') lane.tenantShare.held -= slots + waiting;
    this.uncountHealthy(lane);
    lane.health = health;
    if (health === 'healthy') this.healthyLanes++;
  }

  /** Removes the lane from the number of healthy lanes. */
  uncountHealthy(lane: Lane): void {
    if (lane.health === 'healthy') this.healthyLanes--;
  }

  private changeSlots(lane: Lane, change: number): void {
    this.slotsInUse[lane.health] += change;
    lane.originShare.inFlight += change;
    if (lane.health !== 'healthy') lane.tenantShare.held += change;
  }

  private changeWithoutSlot(lane: Lane, change: number): void {
    this.withoutSlot += change;
    lane.withoutSlot += change;
    lane.originShare.withoutSlot += change;
    lane.tenantShare.withoutSlot += change;
  }
}
