export { WebhooksTesting, type Container, type OutboxEvent, type Overridable } from './webhooks-testing.js';
export { WebhooksDouble, type WebhooksDoubleOptions } from './webhooks-double.js';
export { RecordingTransport, type Reply, type SentRequest } from './recording-transport.js';
export {
  HttpError,
  type HttpErrorCode,
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
} from '../http/transport.js';
export { eventExample } from '../events/catalogue/event-example.js';
export {
  ProfileAssertionError,
  assertHeaders,
  assertProfile,
  assertRendering,
  type HeadersProofOptions,
  type ProvenRequest,
  type Verify,
} from './profile-kit.js';
export { simulateRetries, type SimulatedAttempt } from './schedule-walk.js';
