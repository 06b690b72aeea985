import type { JsonSchema } from './json-schema.js';

/** A type of event of the host's own, beside the catalogue's. */
export interface CustomEventType {
  /** Lower-case words joined by full stops, such as `invoice.paid`; at most 128 characters. */
  name: string;
  /** One sentence: when it happens. */
  description: string;
  /** For lists. Default the first word of the name. */
  group?: string;
  /** JSON Schema of `data`. Default `{}`: anything. */
  schema?: JsonSchema;
  /** Data of an event of this type: shown, and sent by tests. Default `{}`. */
  example?: Record<string, unknown>;
}
