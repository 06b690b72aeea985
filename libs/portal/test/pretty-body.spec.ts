import { assert, json, jsonValue, property } from 'fast-check';
import { prettyBody } from '../src/screens/delivery/pretty-body.ts';

describe('A body that is shown', () => {
  it('is indented as by JSON.stringify if it is a JSON object or list', () => {
    assert(
      property(jsonValue(), (value) => {
        const body = { value };
        expect(prettyBody(JSON.stringify(body))).toBe(JSON.stringify(body, null, 2));
      }),
    );
    assert(
      property(json(), (text) => {
        const indented = prettyBody(`[${text}]`)!;
        expect(JSON.parse(indented)).toEqual(JSON.parse(`[${text}]`));
      }),
    );
  });

  it('keeps numbers, escapes and repeated keys as they were sent', () => {
    expect(prettyBody('{"id":12345678901234567890,"a":1.0,"a":"\\u00e9 \\" {"}')).toBe(
      '{\n  "id": 12345678901234567890,\n  "a": 1.0,\n  "a": "\\u00e9 \\" {"\n}',
    );
  });

  it('has a line for each field of a form', () => {
    expect(prettyBody('from=%2B1415&text=Hello+you')).toBe('from = +1415\ntext = Hello you');
  });

  it('is not formatted if it is neither JSON nor a form', () => {
    for (const body of ['', 'ok', '{"cut": "off', '<html a=b>', 'a = b', 'x&y=1'])
      expect(prettyBody(body)).toBeNull();
  });
});
