/** A JSON Schema (draft 2020-12) as a plain object. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** Schema of an object. Unknown fields are allowed, because later versions may add some. */
export function objectSchema(
  description: string,
  properties: Record<string, JsonSchema>,
  required: string[] = [],
): JsonSchema {
  return { type: 'object', description, properties, required };
}

/** Schema of a string. `more` are further keywords. */
export function textSchema(description: string, more: JsonSchema = {}): JsonSchema {
  return { type: 'string', description, ...more };
}
