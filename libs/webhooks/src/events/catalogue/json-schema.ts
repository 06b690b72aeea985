/** A JSON Schema (draft 2020-12) as a plain object. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** An object: unknown fields are allowed, since later versions may add some. */
export function objectSchema(
  description: string,
  properties: Record<string, JsonSchema>,
  required: string[] = [],
): JsonSchema {
  return { type: 'object', description, properties, required };
}

/** A text. */
export function textSchema(description: string, more: JsonSchema = {}): JsonSchema {
  return { type: 'string', description, ...more };
}
