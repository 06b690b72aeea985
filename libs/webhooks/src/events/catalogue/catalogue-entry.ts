import type { JsonSchema } from './json-schema.js';

/** One event type, as `GET …/event-types` shows it. `Data` is the type of its events' data. */
export interface CatalogueEntry<Data = unknown> {
  /** Such as `message.delivered`. */
  name: string;
  /** For grouping in lists: `message`, `call`, `phone`, `number`, `webhook`, or a group of the host's own. */
  group: string;
  /** One sentence: when the event happens. */
  description: string;
  /** JSON Schema (draft 2020-12) of `data`. */
  schema: JsonSchema;
  /** Example of `data`. Valid by the schema. */
  example: Data;
}
