import type { JsonSchema } from './json-schema.js';

/** A field that does not fit the schema of its event's data. */
export interface DataProblem {
  /** Such as `data.message.from` or `data.message.attachments[0]`. */
  field: string;
  /** What is wrong, as the rest of a sentence that begins with the field. */
  problem: string;
}

/**
 * Returns the first field in which `value` does not fit the schema, or `null`. Checks the keywords of the catalogue's schemas
 * (`type`, `enum`, `minimum`, `maximum`, `required`, `properties`, `additionalProperties`, `items`) and ignores others. An
 * optional field may be `null`: profiles treat such a field as missing.
 *
 * @param value parsed JSON
 */
export function findDataProblem(schema: unknown, value: unknown, field = 'data'): DataProblem | null {
  if (!isObject(schema)) return null;
  return misfit(schema, value, field) ?? memberProblem(schema, value, field);
}

function misfit(schema: JsonSchema, value: unknown, field: string): DataProblem | null {
  const { type, enum: values, minimum, maximum } = schema;
  const must = (requirement: string): DataProblem => ({
    field,
    problem: `must be ${requirement}, not ${shown(value)}`,
  });
  const types = type === undefined ? [] : [type].flat().map(String);
  if (types.length > 0 && !types.some((each) => hasType(value, each)))
    return must(`of type ${types.join(' or ')}`);
  if (Array.isArray(values) && !values.some((each) => JSON.stringify(each) === JSON.stringify(value)))
    return must(`one of ${values.map((each) => JSON.stringify(each)).join(', ')}`);
  if (typeof value !== 'number') return null;
  if (typeof minimum === 'number' && value < minimum) return must(`at least ${minimum}`);
  if (typeof maximum === 'number' && value > maximum) return must(`at most ${maximum}`);
  return null;
}

function memberProblem(schema: JsonSchema, value: unknown, field: string): DataProblem | null {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = findDataProblem(schema.items, item, `${field}[${index}]`);
      if (found) return found;
    }
    return null;
  }
  if (!isObject(value)) return null;
  const required = new Set(Array.isArray(schema.required) ? schema.required.map(String) : []);
  const properties = isObject(schema.properties) ? schema.properties : {};
  for (const name of required)
    if (!Object.hasOwn(value, name)) return { field: `${field}.${name}`, problem: 'is missing' };
  for (const [name, member] of Object.entries(value)) {
    if (member === null && !required.has(name)) continue;
    const memberSchema = Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties;
    const found = findDataProblem(memberSchema, member, `${field}.${name}`);
    if (found) return found;
  }
  return null;
}

function hasType(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return isObject(value);
  return typeof value === type;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Shows at most 20 characters of a string, because the string may be the text of an SMS. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (isObject(value)) return 'an object';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 20)) : String(value);
}
