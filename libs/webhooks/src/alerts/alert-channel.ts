import type { AlertKind } from '../core/states.js';

/** What a channel is handed. Carries no payload, no phone number, no secret, and of the URL neither path nor query. */
export interface WebhookAlert {
  /** The same where an alert is handed over again after a crash. */
  id: string;
  kind: AlertKind;
  tenantId: string;
  /** `wh_…`, or `null` for a callback. */
  endpointId: string | null;
  /** Scheme, host and port of the target; `null` in a summary. */
  origin: string | null;
  /** Where to mail it: the endpoint's `alertEmail`, else the account's; `null`: not to be mailed. */
  email: string | null;
  /** For people, one line. The same for every alert of a kind and target. */
  subject: string;
  /** For people, a few lines of text. */
  text: string;
  /** What happened, in fields: counts, causes, since when (epoch milliseconds). */
  data: Record<string, unknown>;
  /** Epoch milliseconds. */
  createdAt: number;
}

/**
 * Takes alerts somewhere. A rejected promise, or one that takes longer than 15 s, is tried again with growing pauses for
 * about a day and holds nothing else up.
 */
export interface AlertChannel {
  /** Different from every other channel's. */
  name: string;
  send(alert: WebhookAlert): Promise<void>;
}
