export { DEDUPE_TTL_MS, handleOnce, type DedupeStore } from './dedupe/dedupe-store.js';
export { MemoryDedupeStore, type MemoryDedupeStoreOptions } from './dedupe/memory-dedupe-store.js';
export type { WebhookHeaders } from './headers.js';
export type {
  CloudEventWebhook,
  HttpsmsWebhook,
  MobileTextAlertsWebhook,
  MsgineWebhook,
  MysmsgateDeliveryReport,
  MysmsgateIncomingSms,
  MysmsgateWebhook,
  OpensmsWebhook,
  StandardWebhook,
} from './payloads.js';
export type { NoOptions, ProfileOptions, WebhookPayloads, WebhookProfile } from './profile.js';
export type { RawBody } from './raw-body.js';
export { WebhookRefusedError, type RefusalReason } from './refusal.js';
export type { WebhookRequest } from './request.js';
export type { SignatureForm } from './schemes/hmac.js';
export type { HttpsmsOptions } from './schemes/httpsms.js';
export type { StandardOptions } from './schemes/standard.js';
export { verifyWebhook, type VerifiedWebhook, type VerifyOptions } from './verify.js';
