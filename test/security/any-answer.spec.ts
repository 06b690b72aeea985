import * as fc from 'fast-check';
import { delivered, useEngine } from '../engine/support/engine.js';
import { answerBytes, RawReceiver } from '../http/raw-receiver.js';

/** Arbitrary bytes, and bytes that a database, a parser or a terminal may not accept. */
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => Buffer.from(text)),
  fc
    .constantFrom<number[]>(
      [0],
      [0xff],
      [0xc3],
      [0xe2, 0x82],
      [0xf0, 0x9f, 0x98],
      [0xed, 0xa0, 0x80],
      [0xfe, 0xff],
      [0x1f, 0x8b, 8, 0],
    )
    .map((bytes) => Buffer.from(bytes)),
  fc.nat({ max: 9_000 }).map((length) => Buffer.alloc(length, '\0')),
);
const response = fc.record({
  status: fc.constantFrom(200, 204, 299, 301, 400, 404, 500, 503, 599),
  body: fc.array(piece, { maxLength: 6 }).map((pieces) => Buffer.concat(pieces)),
  headers: fc.constantFrom<Record<string, string>>(
    {},
    { 'content-encoding': 'gzip' },
    { 'content-type': 'text/html; charset=utf-16' },
    { 'retry-after': '9'.repeat(300) },
    { 'retry-after': '-1' },
    { 'x-long': 'h'.repeat(12_000) },
  ),
});

const numberOf = (request: string): number => Number(/^POST \/(\d+)/.exec(request)![1]);

describe('Whatever bytes a receiver answers,', () => {
  const engine = useEngine();

  it('the status decides the outcome, and the database accepts the response as clean text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(response, { minLength: 1, maxLength: 12 }), async (responses) => {
        await engine().clear();
        const receiver = await RawReceiver.listen((socket, request) => {
          const { status, body, headers } = responses[numberOf(request.toString())]!;
          socket.write(answerBytes(status, body, headers));
        });
        const { endpoints } = engine().webhooks;
        for (const i of responses.keys())
          await endpoints.create('acme', { url: `${receiver.origin}/${i}`, events: ['*'] });
        await engine().publish(delivered('acme', 'm1'));
        await engine().runOnce();
        await receiver.close();

        const deliveries = await engine().deliveries('acme');
        expect(deliveries).toHaveLength(responses.length);
        for (const { endpointId, state, lastAttempt } of deliveries) {
          const { url } = await endpoints.get('acme', endpointId!);
          const { status, body } = responses[Number(new URL(url).pathname.slice(1))]!;
          const kept = lastAttempt!.response!;
          expect([lastAttempt!.status, state]).toEqual([status, status < 300 ? 'delivered' : 'pending']);
          expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(status < 300 ? 1_024 : 4_096);
          expect([kept.includes('\0'), kept.isWellFormed()]).toEqual([false, true]);
          // A 204 has no body: bytes after its headers do not belong to the response.
          expect(kept === '').toBe(status === 204 || body.length === 0);
        }
      }),
      { numRuns: 12 },
    );
  });
});
