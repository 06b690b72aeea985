import * as fc from 'fast-check';
import type { JsonSchema } from '../../libs/webhooks/src/index.js';

type Schemas = Readonly<Record<string, JsonSchema>>;

/** Generates values that a schema allows, and sometimes other values in any place. */
export function arbitraryOf(schema: JsonSchema, schemas: Schemas): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 40, arbitrary: validOf(schema, schemas) },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
}

function validOf(schema: JsonSchema, schemas: Schemas): fc.Arbitrary<unknown> {
  const { $ref, enum: values, examples, type } = schema;
  if (typeof $ref === 'string') return validOf(schemas[$ref.split('/').at(-1)!]!, schemas);
  if (Array.isArray(values)) return fc.constantFrom(...(values as unknown[]));
  if (Array.isArray(examples)) return fc.constantFrom(...(examples as unknown[]));
  const types = Array.isArray(type) ? (type as string[]) : [type as string];
  return fc.oneof(...types.map((each) => ofType(each, schema, schemas)));
}

function ofType(type: string, schema: JsonSchema, schemas: Schemas): fc.Arbitrary<unknown> {
  const { minimum, maximum, minItems = 0, maxItems = 3 } = schema as Record<string, number | undefined>;
  switch (type) {
    case 'string':
      return textOf(schema as { pattern?: string; minLength?: number; maxLength?: number });
    case 'integer':
      return fc.integer({ min: minimum, max: maximum });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array': {
      const limits = { minLength: minItems, maxLength: Math.min(maxItems, 3) };
      return fc.array(arbitraryOf(schema.items as JsonSchema, schemas), limits);
    }
    default:
      return objectOf(schema, schemas);
  }
}

function objectOf(schema: JsonSchema, schemas: Schemas): fc.Arbitrary<unknown> {
  const { properties, required = [], additionalProperties } = schema;
  if (properties === undefined) {
    const values = typeof additionalProperties === 'object' ? (additionalProperties as JsonSchema) : {};
    const value = 'type' in values ? arbitraryOf(values, schemas) : fc.jsonValue();
    return fc.dictionary(fc.string(), value, { maxKeys: 3 });
  }
  const fields = Object.entries(properties as Schemas).map(([name, each]) => [
    name,
    arbitraryOf(each, schemas),
  ]);
  return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: required as string[],
  });
}

function textOf(schema: { pattern?: string; minLength?: number; maxLength?: number }): fc.Arbitrary<string> {
  const { pattern, minLength = 0, maxLength = 40 } = schema;
  const any = fc.string({ minLength, maxLength: Math.min(maxLength, 40), unit: 'grapheme' });
  if (pattern === undefined) return any;
  const allowed = new RegExp(pattern, 'u');
  // Text for a Unicode class takes seconds to generate. Text for a lookahead or lookbehind cannot be generated.
  if (/\\p|\(\?/i.test(pattern))
    return fc.oneof(
      any.filter((text) => allowed.test(text)),
      any,
    );
  return fc.stringMatching(allowed);
}
