import type { JsonSchema } from '../../events/catalogue/json-schema.js';

/**
 * Converts to OpenAPI 3.0, whose schemas have no lists of types, no type `null` and no lists of examples. Works only for
 * documents of this module.
 */
export function toOpenApi30<Part>(part: Part): Part {
  if (Array.isArray(part)) return part.map((each: unknown) => toOpenApi30(each)) as Part;
  if (typeof part !== 'object' || part === null) return part;
  const converted = Object.fromEntries(
    Object.entries(part).map(([name, value]) => [name, name === 'example' ? value : toOpenApi30(value)]),
  );
  return withoutNull(withOneExample(converted)) as Part;
}

function withOneExample({ examples, ...schema }: JsonSchema): JsonSchema {
  if (examples === undefined) return schema;
  return Array.isArray(examples) ? { ...schema, example: examples[0] as unknown } : { ...schema, examples };
}

function withoutNull(schema: JsonSchema): JsonSchema {
  const { type, anyOf, ...rest } = schema;
  if (type === 'null') return { ...rest, nullable: true, enum: [null] };
  if (Array.isArray(anyOf) && anyOf.some(isNull))
    return { ...rest, nullable: true, allOf: anyOf.filter((each) => !isNull(each)) };
  if (!Array.isArray(type)) return schema;
  const types = type.filter((each) => each !== 'null');
  const nullable = types.length < type.length && { nullable: true };
  if (types.length === 1) return { ...rest, type: types[0] as unknown, ...nullable };
  return { ...rest, anyOf: types.map((each: unknown) => ({ type: each })), ...nullable };
}

/** Returns true for a converted `{ type: 'null' }`. */
const isNull = (schema: JsonSchema): boolean => schema.nullable === true && schema.type === undefined;
