import { type CatalogueEntry, isCatalogueType } from '../events/catalogue/catalogue.js';
import { isEventType } from '../events/event.js';
import type { JsonSchema } from '../events/catalogue/json-schema.js';
import { check } from './option-checks.js';

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

/** The option `eventTypes`, each complete; `null`: not given. Throws `InvalidOptionError`. */
export function checkEventTypes(types: readonly CustomEventType[] | undefined): CatalogueEntry[] | null {
  if (types === undefined) return null;
  check(Array.isArray(types), 'eventTypes', types, 'use a list of { name, description }');
  const seen = new Set<string>();
  return types.map((type, place) => {
    const option = `eventTypes[${place}]`;
    check(typeof type === 'object' && type !== null, option, type, 'use { name, description }');
    const { name, description, schema = {}, example = {} } = type;
    check(
      typeof name === 'string' && isEventType(name),
      `${option}.name`,
      name,
      'use lower-case words joined by full stops, such as "invoice.paid"',
    );
    check(!isCatalogueType(name), `${option}.name`, name, "leave it out, it is one of the catalogue's");
    check(!seen.has(name), `${option}.name`, name, 'give each name once');
    seen.add(name);
    check(
      typeof description === 'string' && description !== '',
      `${option}.description`,
      description,
      'say in a sentence when it happens',
    );
    return { name, group: type.group ?? name.split('.')[0]!, description, schema, example };
  });
}
