import { largeBytesOf, SUSPECT_AFTER_CLAIMS } from '../../../store/lane-rules.js';
import type { LeasedDelivery } from '../../destinations/leased-delivery.js';
import { HeldBodies } from './held-bodies.js';

/** What this worker has leased and not recorded yet. */
export class HeldDeliveries {
  readonly bodies = new HeldBodies();
  private suspects = 0;

  /** Whether a worker may have crashed because of one of these deliveries. */
  get hasSuspect(): boolean {
    return this.suspects > 0;
  }

  add(delivery: LeasedDelivery): void {
    this.bodies.add(delivery.destination.tenantId, largeBytesOf(delivery.body));
    if (isSuspect(delivery)) this.suspects++;
  }

  remove(delivery: LeasedDelivery): void {
    this.bodies.remove(delivery.destination.tenantId, largeBytesOf(delivery.body));
    if (isSuspect(delivery)) this.suspects--;
  }
}

function isSuspect(delivery: LeasedDelivery): boolean {
  return delivery.claims > SUSPECT_AFTER_CLAIMS;
}
