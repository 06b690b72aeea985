import type { JsonSchema } from './json-schema.js';

/** An event type of the host's own, besides those of the catalogue. */
export interface CustomEventType {
  /**
   * Lower-case letters, digits, `_` and `-`, in parts separated by dots, such as `invoice.paid`; at most 128 characters. Must
   * differ from the names in the catalogue.
   */
  name: string;
  /** One sentence: when the event happens. */
  description: string;
  /** Heading in lists of event types. Default: the first part of the name. */
  group?: string;
  /** JSON Schema of `data`. Default `{}`: anything. */
  schema?: JsonSchema;
  /** `data` of an example event, shown in lists and sent by test events. Default `{}`. */
  example?: Record<string, unknown>;
}
