export { WebhooksTesting, type OutboxEvent } from './webhooks-testing.js';
export { RecordingTransport, type Answer, type SentRequest } from './recording-transport.js';
export { HttpError, type HttpErrorCode } from '../http/transport.js';
export { eventExample } from '../events/catalogue/event-example.js';
export {
  ProfileProofError,
  proveHeaders,
  proveProfile,
  proveRendering,
  type HeadersProofOptions,
  type ProvenRequest,
  type Verify,
} from './profile-kit.js';
export { walkSchedule, type WalkedAttempt } from './schedule-walk.js';
