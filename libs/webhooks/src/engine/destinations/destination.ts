import type { Profile, ProfileEndpoint } from '../../profiles/profile.js';
import type { LaneState, BlockedReason, Ordering } from '../../core/states.js';

/** Where a lane's deliveries go and how, as it stood when they were claimed. */
export interface Destination extends ProfileEndpoint {
  laneId: string;
  tenantId: string;
  /** UUID; `null` for a lane of callbacks. */
  endpointId: string | null;
  /** `null` for callbacks: each delivery brings its own. */
  url: string | null;
  profile: Profile;
  /** Patterns, of an endpoint. */
  events: readonly string[];
  phoneNumbers: readonly string[] | null;
  customHeaders: Record<string, string>;
  /** Opened, newest first. */
  secrets: readonly string[];
  timeoutMs: number;
  /** Its owner is mailed about each failure, where the profile does that. */
  sendAlertEmail: boolean;
  /** Epoch milliseconds; 0 for callbacks. */
  createdAt: number;
  state: LaneState;
  ordering: Ordering;
  /** Has an exact limit: deliveries are only taken in turns, where the lane counts them. */
  hasLimits: boolean;
  /** No failure since the last success, no pause: may be handed deliveries directly. */
  isHealthy: boolean;
  /** Has older work waiting. */
  hasBacklog: boolean;
  /**
   * What of the row cannot be read, so that nothing is sent for now; `null`: nothing. `endpoint-unreadable`: the row cannot be read, or names a profile that
   * this host does not have, so that nobody can say what matches either.
   */
  blockedReason: BlockedReason | null;
}
