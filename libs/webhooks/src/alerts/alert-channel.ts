import type { AlertKind } from '../core/states.js';

/** What a channel receives. Contains no payload, phone number or secret, and no path or query of the URL. */
export interface WebhookAlert {
  /** Stays the same if the alert is passed to the channel again after a crash. */
  id: string;
  kind: AlertKind;
  tenantId: string;
  /** `wh_…`, or `null` for callbacks. */
  endpointId: string | null;
  /** Scheme, host and port of the endpoint or callback; `null` in a summary, and if the endpoint is deleted. */
  origin: string | null;
  /**
   * Address to mail the alert to: the endpoint's `alertEmail`, otherwise that of the account. `null` if there is no
   * address, if the day's mails to this address are used up, or if `kind` is `delivery.failed` and the endpoint does not
   * want mail about each failure.
   */
  email: string | null;
  /** One line for people. The same for every alert of one kind and endpoint. */
  subject: string;
  /** A few lines of text for people. */
  text: string;
  /** What happened, as fields: counts, causes, start (epoch milliseconds). */
  data: Record<string, unknown>;
  /** Epoch milliseconds. */
  createdAt: number;
}

/**
 * Delivers alerts somewhere. If the promise rejects, or takes longer than 15 s, the alert is retried with growing
 * pauses for about a day. Meanwhile, other channels and deliveries are not delayed.
 */
export interface AlertChannel {
  /** Different from the name of every other channel. */
  name: string;
  send(alert: WebhookAlert): Promise<void>;
}
