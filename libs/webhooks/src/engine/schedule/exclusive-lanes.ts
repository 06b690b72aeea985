import type { LeasedDelivery } from '../destinations/leased-delivery.js';

/**
 * Failing lanes that only this worker may claim from. The worker may hold several deliveries of such a lane. The last of
 * their outcomes releases the lane.
 */
export class ExclusiveLanes {
  private readonly held = new Map<string, number>();

  add({ isExclusive, destination }: LeasedDelivery): void {
    if (isExclusive) this.held.set(destination.laneId, (this.held.get(destination.laneId) ?? 0) + 1);
  }

  /** Returns whether the worker now holds no more deliveries of this failing lane. */
  remove({ isExclusive, destination }: LeasedDelivery): boolean {
    if (!isExclusive) return false;
    const left = this.held.get(destination.laneId)! - 1;
    if (left > 0) this.held.set(destination.laneId, left);
    else this.held.delete(destination.laneId);
    return left === 0;
  }
}
