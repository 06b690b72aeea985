import type { JsonSchema } from './json-schema.js';

/** One type of event, as `GET …/event-types` shows it. `Data` is what its events carry. */
export interface CatalogueEntry<Data = unknown> {
  /** Such as `message.delivered`. */
  name: string;
  /** For lists: `message`, `call`, `phone`, `number`, `webhook`, or a word of the host's own. */
  group: string;
  /** One sentence: when it happens. */
  description: string;
  /** JSON Schema (draft 2020-12) of `data`. */
  schema: JsonSchema;
  /** Data of an event of this type; fits the schema. */
  example: Data;
}
