import type { HttpsmsOptions } from './schemes/httpsms.js';
import type { SignatureForm } from './schemes/hmac.js';
import type { StandardOptions } from './schemes/standard.js';
import type {
  CloudEventWebhook,
  HttpsmsWebhook,
  MobileTextAlertsWebhook,
  MsgineWebhook,
  MysmsgateWebhook,
  OpensmsWebhook,
  StandardWebhook,
} from './payloads.js';

/** The platform's document leaves nothing open. */
export interface NoOptions {
  /** Nothing on the wire is signed with a time: only a dedupe store stops a request that is sent again. */
  toleranceSeconds?: never;
}

/** What each wire dialect lets a receiver set beside headers, body and secrets. */
export interface ProfileOptions {
  standard: StandardOptions;
  'standard-cloudevents': StandardOptions;
  msgine: NoOptions;
  opensms: SignatureForm;
  mysmsgate: SignatureForm;
  'mobile-text-alerts': NoOptions;
  httpsms: HttpsmsOptions;
}

/** What each wire dialect carries. */
export interface WebhookPayloads {
  standard: StandardWebhook;
  'standard-cloudevents': CloudEventWebhook;
  msgine: MsgineWebhook;
  opensms: OpensmsWebhook;
  mysmsgate: MysmsgateWebhook;
  'mobile-text-alerts': MobileTextAlertsWebhook;
  httpsms: HttpsmsWebhook;
}

/** A wire dialect: `standard` is Standard Webhooks (also with a CloudEvents body), the others are the platforms of their name. */
export type WebhookProfile = keyof ProfileOptions;
