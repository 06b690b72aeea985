import request from 'supertest';
import { startBackend } from '../../test/support/sample-app.js';
import type { RunningBackend } from '../../test/support/sample-app.js';
import { freePort } from '../../test/support/free-port.js';
import { itForAll } from '../../test/support/it-for-all.js';

const MANUAL = '+99900000001';

describe('The sample backend', () => {
  let backend: RunningBackend;
  beforeAll(async () => (backend = await startBackend()));
  afterAll(() => backend.close());

  async function sendTo(to: string, extra: object = {}): Promise<string> {
    const { body } = await backend.post('/messages/sms', { to, message: 'Hello', ...extra }).expect(201);
    return body.id;
  }

  async function statusOf(id: string): Promise<string> {
    return (await backend.get(`/messages/${id}`).expect(200)).body.status;
  }

  it('requires an API key', async () => {
    const server = backend.app.getHttpServer();
    await request(server).get('/api/v1/messages').expect(401);
    await backend.get('/messages', 'somebody-elses-key').expect(401);
  });

  it('accepts a message and returns it', async () => {
    const { body } = await backend
      .post('/messages/sms', { to: MANUAL, message: 'Hello', callbackUrl: 'https://example.com/status' })
      .expect(201);

    expect(body).toMatchObject({
      direction: 'out',
      from: '+14155550100',
      to: MANUAL,
      message: 'Hello',
      status: 'queued',
      callbackUrl: 'https://example.com/status',
    });
    expect((await backend.get(`/messages/${body.id}`).expect(200)).body).toEqual(body);
  });

  it('isolates accounts', async () => {
    const id = await sendTo(MANUAL);

    await backend.get(`/messages/${id}`, 'demo-key-b').expect(404);
    await backend.post('/carrier/reports', { messageId: id, status: 'sent' }, 'demo-key-b').expect(404);
    const { body } = await backend.get('/messages', 'demo-key-b').expect(200);
    expect(body.data).toEqual([]);
  });

  it('lists messages newest first, page by page', async () => {
    const first = await sendTo(MANUAL);
    const second = await sendTo(MANUAL);
    const page = (await backend.get('/messages?limit=1').expect(200)).body;
    const next = (await backend.get(`/messages?limit=1&cursor=${page.nextCursor}`).expect(200)).body;

    expect(page.data[0].id).toBe(second);
    expect(next.data[0].id).toBe(first);
  });

  itForAll([
    [{ to: 'nobody' }, /to must be/],
    [{ message: '' }, /message must be/],
    [{ message: 'a\0b' }, /NUL/],
    [{ from: '+' }, /from must be/],
    [{ callbackUrl: 7 }, /callbackUrl/],
    [{ colour: 'red' }, /colour/],
  ])('rejects messages with wrong fields', async ([wrong, message]) => {
    const { body } = await backend
      .post('/messages/sms', { to: MANUAL, message: 'Hello', ...wrong })
      .expect(400);
    expect(body.message.join()).toMatch(message);
  });

  it('rejects a callback URL that webhooks cannot be sent to', async () => {
    for (const callbackUrl of ['nope', 'https://10.0.0.1/status']) {
      const sms = { to: MANUAL, message: 'Hello', callbackUrl };
      const { body } = await backend.post('/messages/sms', sms).expect(422);
      expect(body.message).toMatch(/^callbackUrl: /);
    }
  });

  it('rejects a registration for an unknown event, and lists the known ones', async () => {
    const registration = { url: 'https://example.com/hooks', events: ['message.deliverd'] };
    const { body } = await backend.post('/webhooks', registration).expect(422);
    expect(body.details).toMatchObject([{ field: 'events', code: 'unknown_event' }]);
    expect(body.message).toContain('message.delivered');
  });

  it('does not simulate a carrier for +999 numbers', async () => {
    const id = await sendTo(MANUAL);
    const delivered = { messageId: id, status: 'delivered', at: '2026-03-01T12:00:00Z', providerId: 'SM1' };
    const { body } = await backend.post('/carrier/reports', delivered).expect(200);

    expect(body).toMatchObject({
      applied: true,
      message: { status: 'delivered', providerId: 'SM1', updatedAt: '2026-03-01T12:00:00.000Z' },
    });
  });

  it.each([
    ['the same report again', ['sent', 'sent'], 'sent'],
    ['an earlier status', ['delivered', 'sent'], 'delivered'],
    ['another final status', ['failed', 'delivered'], 'failed'],
  ])('ignores %s', async (_, [first, second], end) => {
    const id = await sendTo(MANUAL);
    await backend.post('/carrier/reports', { messageId: id, status: first }).expect(200);

    const { body } = await backend.post('/carrier/reports', { messageId: id, status: second }).expect(200);

    expect(body.applied).toBe(false);
    expect(await statusOf(id)).toBe(end);
  });

  it('applies only one of several identical reports that arrive at the same time', async () => {
    const id = await sendTo(MANUAL);
    const responses = await Promise.all(
      Array.from({ length: 10 }, () =>
        backend.post('/carrier/reports', { messageId: id, status: 'delivered' }),
      ),
    );
    expect(responses.filter(({ body }) => body.applied)).toHaveLength(1);
  });

  it('publishes one event for each status, however often and in whatever order the carrier reports it', async () => {
    const id = await sendTo(MANUAL);
    const statuses = ['sent', 'delivered', 'sending'].flatMap((status) => Array<string>(10).fill(status));
    for (const status of statuses)
      await backend.post('/carrier/reports', { messageId: id, status }).expect(200);

    const { body } = await backend.get(`/webhooks/subjects/${id}`).expect(200);
    const types = body.data.map(({ type }: { type: string }) => type);
    expect(types.toSorted()).toEqual([
      'message.delivered',
      'message.queued',
      'message.sending',
      'message.sent',
    ]);
  });

  itForAll([
    [{ status: 'lost' }, /status must be/],
    [{ messageId: 'x' }, /messageId must be/],
    [{ at: 'yesterday' }, /at must be/],
    [{ at: '2026-02-31T00:00:00Z' }, /at must be/],
    [{ errorCode: 7 }, /errorCode must be/],
  ])('rejects reports with wrong fields', async ([wrong, message]) => {
    const id = await sendTo(MANUAL);
    const report = { messageId: id, status: 'sent', ...wrong };
    const { body } = await backend.post('/carrier/reports', report).expect(400);
    expect(body.message.join()).toMatch(message);
  });

  it('accepts inbound messages, missed calls and opt-ins', async () => {
    const numbers = { from: '+14155550999', to: '+14155550100' };
    const inbound = (await backend.post('/carrier/inbound', { ...numbers, message: 'Hi' }).expect(201)).body;
    expect(inbound).toMatchObject({ ...numbers, direction: 'in', status: 'received', message: 'Hi' });
    expect(await statusOf(inbound.id)).toBe('received');
    await backend.post('/carrier/missed-call', numbers).expect(201);
    await backend.post('/carrier/opt-in', numbers).expect(200);
    await backend.post('/carrier/reports', { messageId: inbound.id, status: 'sent' }).expect(404);
  });

  it('applies a heartbeat only if the phone comes online or goes offline', async () => {
    const heartbeat = async (online: boolean) =>
      (await backend.post('/carrier/heartbeat', { phoneNumber: '+14155550777', online }).expect(200)).body
        .applied;

    expect(await heartbeat(true)).toBe(true);
    expect(await heartbeat(true)).toBe(false);
    expect(await heartbeat(false)).toBe(true);
  });

  it('accepts the registration that Mobile Text Alerts documents: at the platform’s path, without a JSON content type', async () => {
    const fields = {
      event: 'delivery-status',
      url: 'https://www.example.com/app/hooks?x=%2B',
      secret: 'abc123-abc2-cde1-1234-xyz123456',
      alertEmail: 'ops+sms@example.com',
      sendAlertEmail: true,
    };
    const { status, body } = await request(backend.app.getHttpServer())
      .post('/v3/webhooks')
      .set('authorization', 'Bearer demo-key-a')
      .type('form')
      .send(JSON.stringify(fields, null, 4));
    const { secret, ...shown } = fields;
    expect([status, body.data]).toEqual([200, expect.objectContaining(shown)]);
    expect(JSON.stringify(body)).not.toContain(secret);
  });

  it('accepts a registration as httpSMS does: at the platform’s path, with the API key in x-api-key', async () => {
    const server = backend.app.getHttpServer();
    const fields = {
      url: 'https://example.com/hooks',
      signing_key: 'a key',
      events: ['message.phone.received'],
    };
    const webhook = { ...fields, phone_numbers: ['+14155550100'] };
    const { body } = await request(server)
      .post('/v1/webhooks')
      .set('x-api-key', 'demo-key-a')
      .send(webhook)
      .expect(201);
    expect(body.data).toMatchObject(webhook);
    const list = await request(server).get('/v1/webhooks').set('x-api-key', 'demo-key-a').expect(200);
    expect(list.body.data).toHaveLength(1);
    await request(server).get('/v1/webhooks').set('x-api-key', 'demo-key-x').expect(401);
  });

  it('prints the mail about a webhook that fails', async () => {
    const printed = new Promise<string>((resolve) => {
      jest.spyOn(console, 'log').mockImplementation((line: string) => {
        if (line.startsWith('MAIL')) resolve(line);
      });
    });
    const url = `http://127.0.0.1:${await freePort()}/nobody-listens`;
    const endpoint = { url, events: ['message.queued'], alertEmail: 'ops@example.com', sendAlertEmail: true };
    await backend.post('/webhooks', endpoint).expect(201);
    await sendTo(MANUAL);
    expect(await printed).toMatch(/^MAIL {2}to ops@example\.com: .+\n {6}\S/);
    jest.restoreAllMocks();
  });

  it('serves its OpenAPI document with the routes of the webhooks, and a page that shows this document', async () => {
    const origin = new URL(backend.url).origin;
    const document = (await (await fetch(`${origin}/openapi.json`)).json()) as Record<string, object>;
    expect(Object.keys(document.paths!)).toEqual(
      expect.arrayContaining(['/api/v1/messages/sms', '/api/v1/webhooks/{id}', '/v1/webhooks']),
    );
    expect(document.webhooks).toHaveProperty(['standard/message.delivered']);
    expect(await (await fetch(`${origin}/docs`)).text()).toContain('swagger-ui');
  });
});
