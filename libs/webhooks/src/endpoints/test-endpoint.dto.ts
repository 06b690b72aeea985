import { Optional, PlainObject, Text } from '../validation/fields.js';

/** Body of `POST /webhooks/:id/test`. */
export class TestEndpoint {
  /** An event name of the profile. Default: one that the endpoint subscribes to; for `standard`, `webhook.test`. */
  @Optional()
  @Text(128)
  type?: string;

  /** The event's data. Default: the example of this type in the catalogue. */
  @Optional()
  @PlainObject()
  data?: Record<string, unknown>;
}
