export type { DedupeState, DedupeStore } from './dedupe/dedupe-store.js';
export { DEDUPE_LEASE_MS, DEDUPE_TTL_MS, handleOnce, type HandleOnceOptions } from './dedupe/handle-once.js';
export { MemoryDedupeStore, type MemoryDedupeStoreOptions } from './dedupe/memory-dedupe-store.js';
export { WebhookInProgressError } from './dedupe/webhook-in-progress.error.js';
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
export type {
  HttpsmsOptions,
  NoOptions,
  ProfileOptions,
  SignatureFormat,
  StandardOptions,
  WebhookPayloads,
  WebhookProfile,
} from './profiles.js';
export type { RawBody } from './raw-body.js';
export type { WebhookRequest } from './request.js';
export { verifyWebhook, type VerifiedWebhook, type VerifyOptions } from './verify.js';
export { WebhookRefusedError, type RefusalReason } from './webhook-refused.error.js';
