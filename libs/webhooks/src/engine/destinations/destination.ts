import type { BlockedReason, LaneState, Ordering } from '../../core/states.js';
import type { Profile, ProfileEndpoint } from '../../profiles/profile.js';

/** Where and how a lane's deliveries are sent, according to the settings at the time when they were claimed. */
export interface Destination extends ProfileEndpoint {
  laneId: string;
  tenantId: string;
  /** UUID; `null`: a lane of callbacks. */
  endpointId: string | null;
  /** `null` for callbacks: each delivery has its own URL. */
  url: string | null;
  profile: Profile;
  /** Patterns of event types that the endpoint subscribes to. */
  events: readonly string[];
  phoneNumbers: readonly string[] | null;
  customHeaders: Record<string, string>;
  /** Decrypted, newest first. */
  secrets: readonly string[];
  timeoutMs: number;
  /** The endpoint's owner gets emails about failed attempts, if the profile sends such emails. */
  sendAlertEmail: boolean;
  /** Epoch milliseconds; 0 for callbacks. */
  createdAt: number;
  state: LaneState;
  ordering: Ordering;
  /** Has an exact limit, so its deliveries must be claimed from the lane, which counts them. */
  hasLimits: boolean;
  /** No failure since the last success, and no pause: deliveries may skip the lane. */
  isHealthy: boolean;
  /** Has older deliveries that are due. */
  hasBacklog: boolean;
  /**
   * Why nothing can be sent for now, or `null`. `endpoint-unreadable`: the endpoint's row cannot be read, or names a profile
   * that this host does not have. Then it is also unknown which events match.
   */
  blockedReason: BlockedReason | null;
}
