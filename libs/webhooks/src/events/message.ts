/** Where a message is in its life. Not every change is an event. */
export const MESSAGE_STATUSES = [
  'queued',
  'sending',
  'sent',
  'delivered',
  'failed',
  'expired',
  'received',
  'rejected',
  'undelivered',
  'unconfirmed',
] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

/**
 * An SMS as the five platforms describe it: what an event of type `message.*` or `call.missed` carries.
 * Only what the host knows needs to be there; a profile leaves out, or fills in as its contract says, what is not.
 */
export interface WebhookMessage {
  /** The host's id. A number stays a number on the wire where the platform allows one. */
  id: string | number;
  /** `out`: sent by the account. `in`: received by it. */
  direction: 'out' | 'in';
  /** Sender: E.164, short code or alphanumeric sender id. */
  from: string;
  /** Recipient, E.164. */
  to: string;
  /** The text. */
  body?: string;
  status?: MessageStatus;
  /** Detail of the status in the carrier's words, such as `DELIVERED_TO_HANDSET` (MySMSGate `status_text`). */
  statusText?: string;
  /** Numeric status of Mobile Text Alerts, 1 to 14; worked out from the event where left out. */
  statusCode?: number;
  /** Stable, snake_case, such as `invalid_phone_number`. */
  errorCode?: string;
  /** For people, such as `Invalid phone number`. */
  errorMessage?: string;
  /** The id that the account's own code gave the message (httpSMS `request_id`, Mobile Text Alerts `externalId`). */
  externalId?: string;
  /** The carrier's id (MsGine `sid`). */
  providerId?: string;
  /** Id of an inbound reply (Mobile Text Alerts `replyId`); the message's own id where left out. */
  replyId?: string | number;
  senderName?: string;
  tags?: Record<string, string>;
  /** Links to media. */
  attachments?: string[] | null;
  /** The body is end-to-end encrypted. Default false. */
  encrypted?: boolean;
  /** Sends tried so far. */
  attemptCount?: number;
  /** Sends that will be tried at most. */
  maxAttempts?: number;
  /** For `message.expired`: no further send will be tried. Default true. */
  isFinal?: boolean;
  /** The account got its money back. Default false: a billing claim is never assumed. */
  refunded?: boolean;
  /** SIM slot of the phone, 0 or 1. Default 0. */
  sim?: 0 | 1;
  /** The phone that sent or received it. */
  deviceId?: string;
}

/** What an event of type `phone.*` carries. */
export interface WebhookPhone {
  id: string;
  /** E.164. */
  number: string;
  monitorId: string;
  /** Instant of the last heartbeat, as ISO 8601 text or epoch milliseconds. */
  lastHeartbeatAt: string | number;
}

/** What an event of type `number.opted_in` carries. */
export interface WebhookOptIn {
  /** How the person opted in; passed on as it is. */
  type: string;
  /** The person's number, E.164. */
  from: string;
  /** The account's number, E.164. */
  to: string;
}
