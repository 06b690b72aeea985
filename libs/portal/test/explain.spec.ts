import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { explainAttempt, resultWord, type Tried } from '../src/explain/cause.ts';
import { catalogue } from '../src/strings/catalogue.ts';

const openapi = JSON.parse(readFileSync(resolve(__dirname, '../../../docs/openapi.json'), 'utf8')) as {
  components: { schemas: Record<string, { properties: Record<string, { enum: (string | null)[] }> }> };
};
const valuesOf = (schema: string, field: string): string[] =>
  openapi.components.schemas[schema]!.properties[field]!.enum.filter((value) => value !== null);

const missing = (keys: string[]): string[] => keys.filter((key) => !Object.hasOwn(catalogue, key));

describe('The page explains', () => {
  it('every attempt error in the API, and what to do about it', () => {
    for (const error of valuesOf('WebhookAttemptDetail', 'error')) {
      const tried = { status: error === 'http' ? 500 : null, error } as Tried;
      const { title, fix } = explainAttempt(tried)!;
      expect([title, fix, resultWord(tried)].every((text) => text.length > 2 && !text.includes('{'))).toBe(
        true,
      );
    }
  });

  it('every status that is not a success', () => {
    for (let status = 100; status <= 999; status++) {
      const { title } = explainAttempt({ status, error: 'http' })!;
      expect(title).toContain(String(status));
    }
    expect(explainAttempt({ status: 200, error: null })).toBeNull();
  });

  it('every reason, every wait, and why a webhook did not get an event', () => {
    const keys = [
      ...valuesOf('WebhookDelivery', 'reason').map((reason) => `reason.${reason}`),
      ...valuesOf('WebhookDelivery', 'waits').flatMap((wait) => [`wait.${wait}`, `wait.short.${wait}`]),
      ...valuesOf('WebhookSkippedEndpoint', 'reason').map((reason) => `skipped.${reason}`),
    ];
    expect(keys.length).toBeGreaterThan(30);
    expect(missing(keys)).toEqual([]);
  });
});
