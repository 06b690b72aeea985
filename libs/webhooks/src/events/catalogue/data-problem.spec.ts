import Ajv2020 from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { itForAll } from '../../../../../test/support/it-for-all.js';
import { catalogue, catalogueEntry } from './catalogue.js';
import { findDataProblem } from './data-problem.js';
import type { JsonSchema } from './json-schema.js';

const { schema, example } = catalogueEntry('message.failed');
const message = (change: object): object => ({ message: { ...example.message, ...change } });

/** Leaves out object members whose value is `null`. */
function withoutNulls<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)])) as T;
}

describe('The check of an event’s data', () => {
  it('accepts every example of the catalogue, fields that no schema names, and null for an optional field', () => {
    for (const entry of catalogue) expect(findDataProblem(entry.schema, entry.example)).toBeNull();
    expect(findDataProblem(schema, message({ campaign: { id: 1 }, body: null, deviceId: null }))).toBeNull();
  });

  itForAll([
    [message({ from: undefined }), 'data.message.from', 'is missing'],
    [message({ to: null }), 'data.message.to', 'must be of type string, not null'],
    [message({ to: 256 }), 'data.message.to', 'must be of type string, not 256'],
    [
      message({ direction: 'outbound' }),
      'data.message.direction',
      'must be one of "out", "in", not "outbound"',
    ],
    [message({ attemptCount: -1 }), 'data.message.attemptCount', 'must be at least 0, not -1'],
    [message({ statusCode: 15 }), 'data.message.statusCode', 'must be at most 14, not 15'],
    [message({ tags: { a: 1 } }), 'data.message.tags.a', 'must be of type string, not 1'],
    [message({ attachments: ['a', 2] }), 'data.message.attachments[1]', 'must be of type string, not 2'],
    [{ message: 'lost' }, 'data.message', 'must be of type object, not "lost"'],
    [[], 'data', 'must be of type object, not an array'],
  ])('names the field and what is wrong with it', ([data, field, problem]) => {
    expect(findDataProblem(schema, JSON.parse(JSON.stringify(data)))).toEqual({ field, problem });
  });

  it('decides like a JSON Schema validator, except that an optional field may be null', () => {
    const validators = new Ajv2020({ strict: true, allowUnionTypes: true });
    const fits = validators.compile(schema);
    const fields = Object.keys(
      (schema.properties as Record<string, JsonSchema>).message!.properties as object,
    );
    const odd = fc.oneof(fc.constantFrom('out', 0, 1, 14, 15, -1, 1.5, true, 'failed'), fc.jsonValue());
    const change = fc.dictionary(fc.constantFrom(...fields), odd);
    fc.assert(
      fc.property(change, (fieldsChanged) => {
        const data = message(withoutNulls(fieldsChanged));
        expect(findDataProblem(schema, data) === null).toBe(fits(data));
      }),
    );
  });
});
