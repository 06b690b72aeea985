import { InvalidEventError } from '../../libs/webhooks/src/core/errors.js';
import { delivered, useEngine } from './support/engine.js';

const circular: Record<string, unknown> = {};
circular.self = circular;

describe('publish', () => {
  const engine = useEngine({ options: { limits: { payloadBytes: 1000 } } });

  const publish = (...events: unknown[]) =>
    engine().transaction((tx) => engine().webhooks.publish(tx, events as never));

  it.each<[string, string, unknown]>([
    ['no type', 'type', { type: undefined }],
    ['an empty type', 'type', { type: '' }],
    ['a type that is a number', 'type', { type: 7 }],
    ['a type in upper case', 'type', { type: 'Message.Delivered' }],
    ['a type with a blank', 'type', { type: 'message delivered' }],
    ['a type that ends in a full stop', 'type', { type: 'message.' }],
    ['a type of 129 characters', 'type', { type: 'a'.repeat(129) }],
    ['no tenant', 'tenantId', { tenantId: undefined }],
    ['an empty tenant', 'tenantId', { tenantId: '' }],
    ['a tenant that is null', 'tenantId', { tenantId: null }],
    ['a tenant that is a number', 'tenantId', { tenantId: 1 }],
    ['a tenant of 256 characters', 'tenantId', { tenantId: 'a'.repeat(256) }],
    ['a tenant with a NUL', 'tenantId', { tenantId: 'a\0' }],
    ['a tenant with half a surrogate pair', 'tenantId', { tenantId: 'a\ud800' }],
    ['an empty subject', 'subject', { subject: '' }],
    ['a subject that is a number', 'subject', { subject: 5 }],
    ['a subject of 256 characters', 'subject', { subject: 'a'.repeat(256) }],
    ['a subject with a NUL', 'subject', { subject: '\0' }],
    ['a source that is an object', 'source', { source: {} }],
    ['a source of 256 characters', 'source', { source: 'a'.repeat(256) }],
    ['a time that is text', 'occurredAt', { occurredAt: '2026-01-01' }],
    ['a time that is no time', 'occurredAt', { occurredAt: new Date(Number.NaN) }],
    ['a callback that is no text', 'callbackUrl', { callbackUrl: new URL('https://example.com') }],
    ['an empty idempotency key', 'idempotencyKey', { idempotencyKey: '' }],
    ['an idempotency key of 256 characters', 'idempotencyKey', { idempotencyKey: 'a'.repeat(256) }],
    ['an idempotency key that is a number', 'idempotencyKey', { idempotencyKey: 1 }],
    ['no data', 'data', { data: undefined }],
    ['data that is a function', 'data', { data: () => 1 }],
    ['data with a BigInt', 'data', { data: { amount: 1n } }],
    ['data that holds itself', 'data', { data: circular }],
    ['data of more bytes than the limit', 'data', { data: { text: 'x'.repeat(1000) } }],
    ['data whose characters take more bytes than the limit', 'data', { data: { text: 'ü'.repeat(500) } }],
  ])('refuses %s, names the field, and writes nothing of the call', async (_, field, change) => {
    const bad = { ...delivered('acme', 'm2'), ...(change as object) };
    const call = publish(delivered('acme', 'm1'), bad);
    await expect(call).rejects.toThrow(InvalidEventError);
    await expect(call).rejects.toMatchObject({ index: 1, field });
    await expect(call).rejects.toThrow(new RegExp(`^publish: event 1, ${field} must (be|not contain)`));
    expect(await engine().count('$events')).toBe(0);
  });

  it.each([undefined, null, 'message.delivered', 3])('refuses %p for an event', async (event) => {
    await expect(publish(event)).rejects.toMatchObject({
      name: 'InvalidEventError',
      index: 0,
      field: 'event',
    });
  });

  it('leaves the transaction usable: nothing had been sent to the database', async () => {
    await engine().transaction(async (tx) => {
      await expect(engine().webhooks.publish(tx, { type: 'x' } as never)).rejects.toThrow(InvalidEventError);
      await engine().webhooks.publish(tx, delivered('acme', 'm1'));
    });
    expect(await engine().count('$events')).toBe(1);
  });

  it('takes data of exactly the limit, counted in bytes', async () => {
    const data = { text: 'ü'.repeat(494) };
    expect(Buffer.byteLength(JSON.stringify(data))).toBe(999);
    await publish({ ...delivered('acme', 'm1'), data: { ...data, text: `${data.text}x` } });
    await expect(publish({ ...delivered('acme', 'm1'), data: { text: `${data.text}xy` } })).rejects.toThrow(
      'must be at most 1000 bytes as JSON (it has 1001)',
    );
  });

  it('keeps what only looks dangerous: NUL and half pairs within data, quotes, another script', async () => {
    await engine().endpoint("o'neil; drop table", '/hooks');
    const message = { id: 'm\0', direction: 'out', from: '\ud800', to: `'; --`, body: 'ünï 🙂' };
    await publish({ ...delivered("o'neil; drop table", '主題'), data: { message } });
    await engine().runOnce();
    expect(JSON.parse(engine().receiver.arrivals[0]!.body).data.message).toEqual(message);
  });

  it('takes null for what may be left out', async () => {
    await publish({
      ...delivered('acme', 'm1'),
      subject: null,
      source: null,
      callbackUrl: null,
      idempotencyKey: null,
    });
    expect(await engine().count('$events where subject is null')).toBe(1);
  });

  it('never refuses a callback URL for what it says: it comes from a customer', async () => {
    const urls = [
      'not a url',
      'x'.repeat(10_000),
      'http://\0',
      'ftp://example.com',
      'http://169.254.169.254/',
    ];
    await publish(...urls.map((callbackUrl, i) => ({ ...delivered('acme', `m${i}`), callbackUrl })));
    await engine().runOnce();
    const deliveries = await engine().deliveries('acme');
    expect(deliveries.map(({ state, reason }) => `${state} ${reason}`)).toEqual(
      urls.map(() => 'discarded url-refused'),
    );
  });
});
