/** Status of a message. Not every change of status is an event. */
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
 * An SMS with the fields of all five platforms. Events of type `message.*` and `call.missed` have such a message in their
 * data. Set what you know. A profile omits the rest, or fills it in as its platform documents.
 */
export interface WebhookMessage {
  /** The host's id. A numeric id stays numeric on the wire if the platform allows it. */
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
  /** The carrier's own status text, such as `DELIVERED_TO_HANDSET` (MySMSGate `status_text`). */
  statusText?: string;
  /** Numeric status of Mobile Text Alerts, 1 to 14. Default: derived from the event. */
  statusCode?: number;
  /** A stable code in snake_case, such as `invalid_phone_number`. */
  errorCode?: string;
  /** A text for people, for example `Invalid phone number`. */
  errorMessage?: string;
  /** The id that the account's own system gave the message (httpSMS `request_id`, Mobile Text Alerts `externalId`). */
  externalId?: string;
  /** The carrier's id (MsGine `sid`). */
  providerId?: string;
  /** Id of an incoming reply (Mobile Text Alerts `replyId`). Default: the message's own id. */
  replyId?: string | number;
  senderName?: string;
  tags?: Record<string, string>;
  /** URLs of media. */
  attachments?: string[] | null;
  /** The body is end-to-end encrypted. Default false. */
  encrypted?: boolean;
  /** Number of sends so far. */
  attemptCount?: number;
  /** Maximum number of sends. */
  maxAttempts?: number;
  /** For `message.expired`: no further send follows. Default true. */
  isFinal?: boolean;
  /** The account was refunded. Default false: a refund is never assumed. */
  refunded?: boolean;
  /** SIM slot of the phone, 0 or 1. Default 0. */
  sim?: 0 | 1;
  /** The phone that sent or received the message. */
  deviceId?: string;
}

/** Data of events of type `phone.*`. */
export interface WebhookPhone {
  id: string;
  /** E.164. */
  number: string;
  monitorId: string;
  /** Time of the last heartbeat, as ISO 8601 text or epoch milliseconds. */
  lastHeartbeatAt: string | number;
}

/** Data of events of type `number.opted_in`. */
export interface WebhookOptIn {
  /** How the person opted in. Sent unchanged. */
  type: string;
  /** The person's number, E.164. */
  from: string;
  /** The account's number, E.164. */
  to: string;
}
