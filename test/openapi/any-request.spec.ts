import * as fc from 'fast-check';
import type { JsonSchema } from '../../libs/webhooks/src/index.js';
import { type OpenApiOperation, webhooksOpenApi } from '../../libs/webhooks/src/openapi/index.js';
import { type Calls, startHost, type WebhooksHost } from '../support/webhooks-host.js';
import { arbitraryOf } from './arbitrary.js';

/**
 * By default, each run makes the same 200 requests. `OPENAPI_RUNS=5000 npx jest test/openapi/any-request` makes 5,000
 * random requests.
 */
const { OPENAPI_RUNS } = process.env;
const RUNS = OPENAPI_RUNS ? { numRuns: Number(OPENAPI_RUNS) } : { numRuns: 200, seed: 1 };

interface AnyRequest {
  method: keyof Calls;
  path: string;
  query: Record<string, unknown>;
  body: unknown;
  operation: OpenApiOperation;
}

const document = webhooksOpenApi({ compat: ['httpsms', 'mobile-text-alerts'] });
const { schemas } = document.components;

/** Ids of what exists in the host. The key of each id is the pattern of such ids in the document. */
type Ids = Readonly<Record<string, readonly string[]>>;

function requestsOf(ids: Ids): fc.Arbitrary<AnyRequest> {
  const all = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => requestOf(path, method as keyof Calls, operation, ids)),
  );
  return fc.oneof(...all);
}

function requestOf(
  path: string,
  method: keyof Calls,
  operation: OpenApiOperation,
  ids: Ids,
): fc.Arbitrary<AnyRequest> {
  const parameters = operation.parameters ?? [];
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const content = operation.requestBody?.content as Record<string, { schema: JsonSchema }> | undefined;
  const body = content ? arbitraryOf(content['application/json']!.schema, schemas) : fc.constant(undefined);
  const query = inQuery.map(({ name, schema }) => [name, arbitraryOf(schema as JsonSchema, schemas)]);
  return fc.record({
    method: fc.constant(method),
    path: fc
      .tuple(...inPath.map(({ schema }) => idOf(schema as { pattern?: string }, ids)))
      .map((values) =>
        values.reduce((filled, id) => filled.replace(/\{\w+\}/, encodeURIComponent(id)), path),
      ),
    query: fc
      .record(Object.fromEntries(query) as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: [] })
      // No worker runs here, so waiting longer for a test event would have no effect.
      .map((values) => ('wait' in Object.fromEntries(query) ? { ...values, wait: 1 } : values)),
    body,
    operation: fc.constant(operation),
  });
}

function idOf({ pattern = '' }: { pattern?: string }, ids: Ids): fc.Arbitrary<string> {
  const known = ids[pattern] ?? [];
  const other = fc.string({ minLength: 1 }).map((text) => `${pattern.slice(1)}${text}`);
  return known.length === 0
    ? other
    : fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: other });
}

describe('A request made from the OpenAPI document', () => {
  let host: WebhooksHost;

  beforeAll(async () => {
    const options = {
      compat: ['httpsms', 'mobile-text-alerts'] as ('httpsms' | 'mobile-text-alerts')[],
      limits: { registrationsPerMinute: 10_000, endpointsPerTenant: 10_000 },
    };
    host = await startHost({ options, logger: false });
  });
  afterAll(() => host.close());

  async function idsOf(api: Calls): Promise<Ids> {
    for (let index = 0; index < 10; index++) {
      const fields = { url: 'https://example.com/hooks', events: ['*'], active: index % 2 === 0 };
      const { body } = await api.post('/webhooks', fields).expect(201);
      await api.post(`/webhooks/${body.id}/test?wait=1`, {}).expect(202);
    }
    await host.webhooks.runOnce();
    const listed = async (path: string): Promise<string[]> =>
      (await api.get(path).expect(200)).body.data.map(({ id }: { id: string }) => id);
    return {
      '^wh_': await listed('/webhooks'),
      '^dlv_': await listed('/webhooks/deliveries'),
      '^evt_': await listed('/webhooks/events'),
    };
  }

  // In addition, test/support/openapi/check-answers.ts checks the contents of all responses.
  it('gets only statuses that the document names, and never a 500', async () => {
    const api = host.as('a');
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(requestsOf(await idsOf(api)), async ({ method, path, query, body, operation }) => {
        const call = api[method](`${path}?${textOf(query)}`, body);
        const { status, text } =
          body === undefined ? await call : await call.type('json').send(JSON.stringify(body));
        seen.add(status);
        const documented = Object.keys(operation.responses);
        expect(documented.includes(String(status)) ? '' : `${operation.operationId} ${status} ${text}`).toBe(
          '',
        );
      }),
      { ...RUNS, endOnFailure: true }, // no shrinking: it takes minutes, and it repeats requests on changed data
    );
    // The requests are varied enough: some succeed, and some are refused.
    for (const status of [200, 400]) expect([...seen]).toContain(status);
  });
});

function textOf(query: Record<string, unknown>): string {
  const pairs = Object.entries(query).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(',') : String(value),
  ]);
  return new URLSearchParams(pairs as [string, string][]).toString();
}
