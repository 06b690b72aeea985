/**
 * Bodies as the platforms document them. A signature proves who sent a body, not that it has these fields: check what you
 * rely on.
 */

/** Standard Webhooks: the recommended shape. */
export interface StandardWebhook {
  type: string;
  /** Time of the event, ISO 8601. */
  timestamp?: string;
  data?: unknown;
  [field: string]: unknown;
}

/** CloudEvents 1.0 in structured JSON. */
export interface CloudEventWebhook {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  subject?: string;
  datacontenttype?: string;
  /** RFC 3339. */
  time?: string;
  data?: unknown;
  [attribute: string]: unknown;
}

/** MsGine. */
export interface MsgineWebhook {
  /** Id of the message: `message.sent` and `message.delivered` of one message share it. */
  id: string;
  event: 'message.sent' | 'message.delivered' | 'message.failed';
  status: 'sent' | 'delivered' | 'failed';
  to: string;
  from: string;
  /** ISO 8601, UTC. */
  timestamp: string;
  messageId?: string;
  sid?: string;
  failureReason?: string;
  errorCode?: string;
}

/** OpenSMS. */
export interface OpensmsWebhook {
  event: 'sms.delivered' | 'sms.failed' | 'sms.pending';
  message_id: string;
  phone: string;
  status: 'delivered' | 'failed' | 'pending';
  error?: string;
  /** ISO 8601, UTC. */
  timestamp: string;
}

/** MySMSGate: a message arrived. */
export interface MysmsgateIncomingSms {
  from: string;
  to: string;
  message: string;
  device_id: string;
  sim_slot: number;
  /** Unix seconds. */
  timestamp: number;
}

/** MySMSGate: a message was delivered or failed. */
export interface MysmsgateDeliveryReport {
  message_id: string;
  to: string;
  status: 'delivered' | 'failed';
  status_text?: string;
  device_id: string;
  sim_slot: number;
  refunded: boolean;
  /** Unix seconds. */
  timestamp: number;
}

/** The body has no field for the type of the event. Read {@link VerifiedWebhook.type}. */
export type MysmsgateWebhook = MysmsgateIncomingSms | MysmsgateDeliveryReport;

/**
 * Mobile Text Alerts: the fields of all four events. Which fields are present depends on the event and on the account's
 * payload version.
 */
export interface MobileTextAlertsWebhook {
  type?: string;
  messageId?: string | number;
  externalId?: string | null;
  /** 1 queued, 2 sending, 3 sent, 4 delivered; above 4: a failure, listed in the platform's documents. */
  status?: number;
  replyId?: string | number;
  message?: string;
  fromNumber?: string;
  toNumber?: string;
  /** Payload version 1 has this field instead of `toNumber`. */
  destinationNumber?: string;
  optInType?: string;
  timestamp?: string;
  tags?: Record<string, string> | null;
  [field: string]: unknown;
}

/** httpSMS: a CloudEvent. */
export interface HttpsmsWebhook extends CloudEventWebhook {
  type:
    | 'message.phone.received'
    | 'message.phone.sent'
    | 'message.phone.delivered'
    | 'message.send.failed'
    | 'message.send.expired'
    | 'message.call.missed'
    | 'phone.heartbeat.offline'
    | 'phone.heartbeat.online';
  data: Record<string, unknown>;
}
