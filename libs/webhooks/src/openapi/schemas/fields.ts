import type { JsonSchema } from '../../events/catalogue/json-schema.js';

/** A schema for each field of a type. If a field has no schema, or a schema has no field, the code does not compile. */
export type Fields<Type> = { readonly [Field in keyof Required<Type>]: JsonSchema };

type OptionalField<Type> = {
  [Field in keyof Type]-?: Type extends Record<Field, Type[Field]> ? never : Field;
}[keyof Type];

/** Schema of what a route returns. All fields are always present, except those in `optional`. */
export function answer<Type extends object>(
  description: string,
  properties: Fields<Type>,
  optional: readonly OptionalField<Type>[] = [],
): JsonSchema {
  const names = Object.keys(properties);
  const required = names.filter((name) => !(optional as readonly string[]).includes(name));
  return { type: 'object', description, properties, required };
}

/** Schema of a body. Unknown fields are refused. */
export function body<Type extends object>(
  description: string,
  properties: Fields<Type>,
  required: readonly Exclude<keyof Type, OptionalField<Type>>[] = [],
): JsonSchema {
  const needed = required.length > 0 && { required };
  return { type: 'object', description, properties, ...needed, additionalProperties: false };
}

export const text = (description: string, more: JsonSchema = {}): JsonSchema => ({
  type: 'string',
  description,
  ...more,
});

export const flag = (description: string): JsonSchema => ({ type: 'boolean', description });

export const whole = (description: string, minimum?: number, maximum?: number): JsonSchema => ({
  type: 'integer',
  description,
  ...(minimum !== undefined && { minimum }),
  ...(maximum !== undefined && { maximum }),
});

/** RFC 3339 in UTC, as the routes return it. */
export const instant = (description: string): JsonSchema => text(description, { format: 'date-time' });

/** RFC 3339 text, or a date without a time. */
export const INSTANT_PATTERN = String.raw`^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$`;

/** A time in the form that the routes take. */
export const anyInstant = (description: string): JsonSchema =>
  text(description, {
    pattern: INSTANT_PATTERN,
    examples: ['2026-11-20T10:00:00Z'],
  });

export const listOf = (description: string, items: JsonSchema, more: JsonSchema = {}): JsonSchema => ({
  type: 'array',
  description,
  items,
  ...more,
});

/** An id such as `wh_…`. */
export const id = (prefix: string, description: string): JsonSchema =>
  text(description, { pattern: `^${prefix}_` });

/** Returns the schema with `null` as a further value. */
export function nullable(schema: JsonSchema): JsonSchema {
  const { type, description, enum: values, $ref } = schema;
  if ($ref !== undefined) return { anyOf: [schema, { type: 'null' }] };
  return {
    ...schema,
    type: [type, 'null'],
    description,
    ...(values !== undefined && { enum: [...(values as unknown[]), null] }),
  };
}

export const refTo = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
