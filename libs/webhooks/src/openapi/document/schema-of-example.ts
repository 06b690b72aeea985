import type { JsonSchema } from '../../events/catalogue/json-schema.js';

/** A value whose schema is known: wherever an example contains the value, this schema is used. */
export interface KnownValue {
  json: string;
  schema: JsonSchema;
}

/**
 * Returns a schema for the type of an example, without descriptions. All fields are optional, because one example does not
 * show which fields are required.
 */
export function schemaOfExample(example: unknown, known: KnownValue): JsonSchema {
  if (JSON.stringify(example) === known.json) return known.schema;
  if (example === null) return {};
  if (Array.isArray(example)) {
    return { type: 'array', ...(example.length > 0 && { items: schemaOfExample(example[0], known) }) };
  }
  if (typeof example !== 'object') return { type: typeof example };
  const properties = Object.entries(example).map(([name, value]) => [name, schemaOfExample(value, known)]);
  return { type: 'object', properties: Object.fromEntries(properties) as object };
}
