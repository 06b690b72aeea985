// What authors of profiles need: `nestjs-sms-webhooks/profiles`.
export { bodySignature, type BodySignatureOptions } from './body-signature.js';
export { EventDataError, messageOf, optInOf, phoneOf } from './event-data.js';
export { plainRegistration, platformPolicy } from './profile-defaults.js';
export {
  defineProfile,
  type AlertRules,
  type AttemptOutcome,
  type FailureVerdict,
  type Profile,
  type ProfileEndpoint,
  type ProfileField,
  type RegistrationRules,
  type SecretRules,
  type SigningInput,
  type WireEvent,
} from './profile.js';
export { renderByType, wireEvent, type Renderer } from './rendering.js';
export { textSecret, type TextSecretOptions } from './text-secret.js';
