import type {
  CloudEventWebhook,
  HttpsmsWebhook,
  MobileTextAlertsWebhook,
  MsgineWebhook,
  MysmsgateWebhook,
  OpensmsWebhook,
  StandardWebhook,
} from './payloads.js';

/** Options of Standard Webhooks. */
export interface StandardOptions {
  /** Maximum distance (seconds) of `webhook-timestamp` from now, in both directions. Default 300. */
  toleranceSeconds?: number;
}

/** Options of httpSMS. */
export interface HttpsmsOptions {
  /** Leeway (seconds) for the token's `nbf` and `exp`. Default 60. */
  toleranceSeconds?: number;
  /** The URL as registered with the sender, or a list of URLs, one of which must match. Default: not checked. */
  audience?: string | readonly string[];
  /** `api.httpsms.com` for the platform itself; other backends may use another issuer. Default: not checked. */
  issuer?: string;
}

/** Which header carries the HMAC-SHA256 of the body, and how the HMAC is written. */
export interface SignatureFormat {
  /** Name of the header, in upper or lower case. */
  header?: string;
  /** Text before the digest, such as `sha256=`. Default: none. */
  prefix?: string;
  /** Default `hex` (lower case). */
  encoding?: 'hex' | 'base64';
}

/** No options, because the platform documents the whole format. */
export interface NoOptions {
  /** The signature covers no time, so only a dedupe store can stop a replayed request. */
  toleranceSeconds?: never;
}

/** Options of each profile, besides headers, body and secrets. */
export interface ProfileOptions {
  standard: StandardOptions;
  'standard-cloudevents': StandardOptions;
  msgine: NoOptions;
  opensms: SignatureFormat;
  mysmsgate: SignatureFormat;
  'mobile-text-alerts': NoOptions;
  httpsms: HttpsmsOptions;
}

/** Body of each profile's webhooks. */
export interface WebhookPayloads {
  standard: StandardWebhook;
  'standard-cloudevents': CloudEventWebhook;
  msgine: MsgineWebhook;
  opensms: OpensmsWebhook;
  mysmsgate: MysmsgateWebhook;
  'mobile-text-alerts': MobileTextAlertsWebhook;
  httpsms: HttpsmsWebhook;
}

/**
 * Who signs, and how. `standard` is Standard Webhooks, and `standard-cloudevents` is Standard Webhooks with a CloudEvents
 * body. The other names are platforms.
 */
export type WebhookProfile = keyof ProfileOptions;
