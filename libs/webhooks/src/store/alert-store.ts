import type { AlertKind } from '../core/states.js';
import type { StoreTransactions } from './transactions.js';

/** What an alert stores about its cause. Counts and causes that may still change are read when the alert is sent. */
export interface AlertData {
  /** Id of the lane. Not in a summary. */
  lane?: string;
  /** `https://host:port` of callbacks. */
  origin?: string | null;
  /** When the failures began (epoch ms). */
  since?: number | null;
  /** Deliveries that have failed since the failures began. */
  failures?: number;
  /** When the endpoint will be disabled (epoch ms). */
  disableAt?: number;
  /** Why the endpoint was disabled. */
  reason?: string;
  /** Deliveries that waited when the endpoint was disabled, counted up to 10,001. */
  waiting?: number;
  /** Deliveries that wait for a paused endpoint, at most `limit`. */
  backlog?: number;
  limit?: number;
  /** `dlv_…`, the first delivery that the alert is about. */
  deliveryId?: string;
  eventType?: string;
  /** Number of the attempt that failed. */
  attempt?: number;
  status?: number | null;
  /** Class of the failure. */
  error?: string | null;
  /** Only in a summary: the start of its day (epoch ms). */
  day?: number;
}

/** An alert that is due. */
export interface DueAlert {
  id: string;
  kind: AlertKind;
  tenantId: string;
  /** UUID; null for callbacks and summaries. */
  endpointId: string | null;
  /** URL of the endpoint; null for callbacks, for summaries, and if the endpoint's row has been deleted. */
  url: string | null;
  /** Null if the row cannot be read, because somebody changed it by hand. */
  data: AlertData | null;
  /** Epoch ms. */
  createdAt: number;
  /** Number of tries, including the next try. */
  attempts: number;
  /** Names of the channels that have the alert already. */
  takenBy: string[];
  /**
   * Mail address for the alert: the endpoint's, else the account's. A summary goes to the address for which it was written.
   * Null if there is no address, or if the alert is a `delivery.failed` and the endpoint wants no mail about these.
   */
  recipient: string | null;
  /** An earlier try has used up one of the mails that the recipient may get in a day. */
  isMailed: boolean;
  /** An earlier try was held back, because the recipient had got the day's maximum number of mails. */
  isHeld: boolean;
  /** The database's clock (epoch ms). */
  now: number;
}

/** One mail address of one tenant: the unit that the daily limit counts. */
export interface MailRecipient {
  tenantId: string;
  recipient: string;
}

/** Which deliveries of a lane to count by the cause of their failure. */
export interface FailureSelection {
  laneId: string;
  /**
   * `exhausted`: deliveries that were given up at `since` or later. `attempted`: at most a thousand deliveries whose last
   * attempt failed at `since` or later.
   */
  which: 'exhausted' | 'attempted';
  /** Epoch ms. */
  since: number;
}

/** One recipient's alerts that were held back on one day. */
export interface HeldSelection extends MailRecipient {
  /** Start of the day in UTC (epoch ms). */
  day: number;
}

/** One cause of failure, and how often it occurred. */
export interface FailureCount {
  /** HTTP status; null if there was no response. */
  status: number | null;
  /** Class of the failure. */
  error: string | null;
  count: number;
}

export interface AlertCount {
  kind: AlertKind;
  count: number;
}

/** The result of one try to send an alert. */
export interface AlertResult {
  id: string;
  /** Number of the try. */
  attempt: number;
  /** Names of the channels that have the alert now. */
  takenBy: readonly string[];
  /** Why the other channels do not have it. */
  error: string | null;
  /** Time until the next try (ms); null if the alert is sent or given up. */
  nextTryInMs: number | null;
}

/** Alerts to the owners of endpoints. The statement that changes something also writes the alert; `alerts/` sends it. */
export interface AlertStore extends StoreTransactions {
  /** In `tx`: takes the lock for claiming alerts, and keeps it until `tx` ends. Returns false if another process has it. */
  lockAlerts(): Promise<boolean>;
  /** In `tx`: returns up to `limit` due alerts, longest waiting first. They stay locked until `tx` ends. */
  listDueAlerts(limit: number): Promise<DueAlert[]>;
  /** In `tx`: counts a try of these alerts. They are due again, for any sender, after `leaseMs`. */
  leaseAlerts(ids: readonly string[], leaseMs: number): Promise<void>;
  /** In `tx`: returns how many mails were sent today (UTC) to each of `recipients`. Recipients without mails are left out. */
  countMailsToday(recipients: readonly MailRecipient[]): Promise<(MailRecipient & { mails: number })[]>;
  /** In `tx`: stores that each of `alerts` uses up one of the mails that its recipient may get today. */
  markMailed(alerts: readonly { id: string; recipient: string }[]): Promise<void>;
  /** In `tx`: stores that each of `alerts` is not mailed to its recipient today. */
  markHeld(alerts: readonly { id: string; recipient: string }[]): Promise<void>;
  /** In `tx`: writes one summary per recipient and day (UTC), due when the day is over. A repeated call writes nothing. */
  insertSummaries(recipients: readonly MailRecipient[]): Promise<void>;
  /**
   * Writes the results of tries, all or none. Leaves out an alert that another sender has taken over: `attempt` differs
   * from the stored number of tries. May be repeated.
   */
  finishAlerts(results: readonly AlertResult[]): Promise<void>;
  /** Returns for each selection the number of its failed deliveries by cause, the most frequent cause first. */
  countFailureCauses(selections: readonly FailureSelection[]): Promise<FailureCount[][]>;
  /** Returns for each selection the number of its alerts by kind, the most frequent kind first. */
  countHeldAlerts(selections: readonly HeldSelection[]): Promise<AlertCount[][]>;
  /**
   * In `tx`: writes the alert of an endpoint that `tx` has disabled. A repeated call writes nothing, unless the endpoint has
   * been disabled again.
   */
  insertDisabledAlert(endpointId: string): Promise<void>;
}
