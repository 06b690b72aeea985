import { createHmac } from 'node:crypto';
import type { INestApplication } from '@nestjs/common';
import type { AuditEntry } from '../../libs/webhooks/src/observability/audit.js';
import { encodeId } from '../../libs/webhooks/src/core/ids.js';
import { type Calls, startHost, type WebhooksHost } from '../support/webhooks-host.js';
import { type Receiver, startReceiver } from './receiver.js';
import { itForAll } from '../support/it-for-all.js';

const options = { compat: ['mobile-text-alerts', 'httpsms'] as ('mobile-text-alerts' | 'httpsms')[] };

it('The compatibility routes exist only if the options name them', async () => {
  const host = await startHost();
  await host.as('a').get('/v3/webhooks').expect(404);
  await host.as('a').get('/v1/webhooks').expect(404);
  await host.close();
});

it('The start fails if compat names a platform that has no compatibility routes', async () => {
  await expect(startHost({ options: { compat: ['msgine' as never] } })).rejects.toThrow(
    '"mobile-text-alerts" or "httpsms"',
  );
});

it.each(['express', 'fastify'] as const)(
  'On %s, the compatibility routes have the platforms’ own paths if the host’s prefix excludes those paths',
  async (adapter) => {
    const exclude = ['v3/webhooks{/*path}', 'v1/webhooks{/*path}'];
    const configure = (app: INestApplication) => void app.setGlobalPrefix('api', { exclude });
    const host = await startHost({ adapter, options, configure });
    const api = host.as('a');
    const textAlerts = { url: 'https://example.com/', event: 'message-send', secret: 'abc' };
    const { body } = await api.post('/v3/webhooks', textAlerts).expect(200);
    await api.patch(`/v3/webhooks/${body.data.id}`, { skipErrors: true }).expect(200);
    expect((await api.get('/v1/webhooks').expect(200)).body.status).toBe('success');
    await api.get('/api/webhooks').expect(200);
    await host.close();
  },
);

describe.each(['express', 'fastify'] as const)('Compatibility routes on %s', (adapter) => {
  let host: WebhooksHost;
  let receiver: Receiver;
  let tenants = 0;
  let tenantId: string;
  let api: Calls;

  beforeAll(async () => {
    host = await startHost({ adapter, options });
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await host.close();
    await receiver.close();
  });
  beforeEach(() => {
    tenantId = `account-${++tenants}`;
    api = host.as(tenantId);
  });

  describe('of Mobile Text Alerts', () => {
    /** The request as the platform's document prints it, with an email address in place of the hidden one. */
    const documented = {
      event: 'delivery-status',
      url: 'https://www.example.com/app/hooks',
      secret: 'abc123-abc2-cde1-1234-xyz123456',
      alertEmail: 'ops@example.com',
      sendAlertEmail: true,
    };

    it('register as documented, and return a 200 with an integer id and the defaults, without the secret', async () => {
      const { status, body } = await api.post('/v3/webhooks', documented);
      const { id } = body.data;
      expect(status).toBe(200);
      expect(Number.isInteger(id)).toBe(true);
      expect(body).toEqual({
        message: `Webhook ${id} created successfully.`,
        data: {
          id,
          event: 'delivery-status',
          url: 'https://www.example.com/app/hooks',
          alertEmail: 'ops@example.com',
          sendAlertEmail: true,
          skipErrors: false,
          skipErrorCodes: [],
          retryOnError: true,
          maxThroughputPerMinute: 600,
          createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        },
      });
      expect(Object.keys(body.data)).toEqual([
        'id',
        'event',
        'url',
        'alertEmail',
        'sendAlertEmail',
        'skipErrors',
        'skipErrorCodes',
        'retryOnError',
        'maxThroughputPerMinute',
        'createdAt',
      ]);
    });

    it('accept one call for each event type, all with the same URL, and deliver each type to this URL', async () => {
      const { url } = receiver;
      for (const event of ['message-send', 'delivery-status'])
        expect(
          (await api.post('/v3/webhooks', { ...documented, url, event }).expect(200)).body.data,
        ).toMatchObject({
          event,
          url,
        });
      const before = receiver.received.length;
      const message = { id: 7, direction: 'out' as const, from: '+15555550999', to: '+15555550123' };
      await host.dataSource.transaction((tx) =>
        host.webhooks.publish(tx, { type: 'message.sent', tenantId, data: { message } }),
      );
      await host.webhooks.runOnce();
      const bodies = receiver.received.slice(before).map(({ body }) => JSON.parse(body) as object);
      expect(bodies).toHaveLength(2);
      expect(bodies).toContainEqual(expect.objectContaining({ messageId: 7, status: 3 }));
      expect(bodies).toContainEqual(expect.objectContaining({ messageId: 7, message: '' }));
    });

    it('list only webhooks of this profile, newest first, from page 0', async () => {
      await api.post('/webhooks', { url: receiver.url, events: ['*'] }).expect(201);
      const ids: number[] = [];
      for (let i = 0; i < 3; i++) ids.unshift((await api.post('/v3/webhooks', documented)).body.data.id);
      const first = await api.get('/v3/webhooks?page=0&pageSize=2').expect(200);
      expect(first.body.data).toMatchObject({ page: 0, pageSize: 2, total: 3 });
      expect(first.body.data.rows.map(({ id }: { id: number }) => id)).toEqual(ids.slice(0, 2));
      const second = await api.get('/v3/webhooks?page=1&pageSize=2').expect(200);
      expect(second.body.data.rows.map(({ id }: { id: number }) => id)).toEqual(ids.slice(2));
      expect(JSON.stringify(first.body)).not.toContain(documented.secret);
    });

    it('change some fields of a webhook, and delete it', async () => {
      const { id } = (await api.post('/v3/webhooks', documented)).body.data;
      const changed = await api
        .patch(`/v3/webhooks/${id}`, { event: 'message-reply', skipErrorCodes: ['404'] })
        .expect(200);
      expect(changed.body).toMatchObject({
        message: `Webhook ${id} updated successfully.`,
        data: { id, event: 'message-reply', skipErrorCodes: ['404'], url: documented.url },
      });
      const { body } = await api.delete(`/v3/webhooks/${id}`).expect(200);
      expect(body).toEqual({ message: `Webhook ${id} deleted successfully.` });
      await api.delete(`/v3/webhooks/${id}`).expect(404);
    });

    /** An error as the platform's error catalogue shows it. */
    const refusal = (httpCode: number, message: unknown = expect.any(String)) => ({
      httpCode,
      message,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      type: expect.stringMatching(/^[a-z_]+$/),
      name: httpCode === 404 ? 'NotFoundError' : 'BadRequestError',
      requestId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    });

    itForAll([
      [{ event: undefined }, 'event is required.'],
      [{ event: '' }, /^event must be an event name/],
      [{ event: 'message' }, /has no event message\. Known: message-reply/],
      [{ event: 'nul\0' }, 'event must not contain a NUL character.'],
      [{ event: ['message-reply'] }, 'event must be a string.'],
      [{ secret: undefined }, /requires a secret/],
      [{ secret: ' x ' }, /^The secret does not fit the profile mobile-text-alerts\. The secret must be/],
      [{ url: 'https://10.0.0.1/' }, /./],
      [{ maxThroughputPerMinute: 0 }, /^maxThroughputPerMinute must/],
      [{ skipErrorCodes: ['x'] }, /^each entry of skipErrorCodes must/],
    ])(
      'return every error in the platform’s shape, with the names that the caller wrote',
      async ([change, message]) => {
        const answer = await api.post('/v3/webhooks', { ...documented, ...change }).expect(400);
        expect(answer.body).toEqual(refusal(400, expect.stringMatching(message)));
        expect(answer.body.message).not.toMatch(/\bevents\b/);
      },
    );

    it.each(['[]', '[{"url":"https://example.com/other"}]'])(
      'refuse the body %s, which is not an object and would change nothing',
      async (text) => {
        const { id } = (await api.post('/v3/webhooks', documented)).body.data;
        const { body } = await api.patch(`/v3/webhooks/${id}`).type('json').send(text).expect(400);
        expect(body).toEqual(refusal(400, expect.stringContaining('must be a JSON object')));
      },
    );

    it('return an error with the id of the request, if the request has one', async () => {
      const id = 'b7f0c6a2-4b7e-4f0e-9a55-0c8a3d1c9f11';
      const wrong = () => api.post('/v3/webhooks', {});
      expect((await wrong().set('x-request-id', id)).body.requestId).toBe(id);
      expect((await wrong().set('x-request-id', '<x>')).body).toEqual(refusal(400));
    });

    it('list 25 on a page by default', async () => {
      const { body } = await api.get('/v3/webhooks').expect(200);
      expect(body.data).toEqual({ page: 0, pageSize: 25, total: 0, rows: [] });
    });

    it('hide the webhooks of other accounts and of other profiles', async () => {
      const { id } = (await api.post('/v3/webhooks', documented)).body.data;
      const { body: other } = await api.post('/webhooks', { url: receiver.url, events: ['*'] });
      const stranger = host.as('stranger');
      for (const call of [
        stranger.patch(`/v3/webhooks/${id}`, { skipErrors: true }),
        stranger.delete(`/v3/webhooks/${id}`),
        api.delete(`/v3/webhooks/${other.publicNo}`),
        api.delete('/v3/webhooks/x'),
      ]) {
        const { status, body } = await call;
        expect([status, body]).toEqual([404, refusal(404, 'There is no such webhook.')]);
      }
      expect((await stranger.get('/v3/webhooks')).body.data.rows).toEqual([]);
    });

    it('deliver to the endpoint that they registered, and sign with its secret', async () => {
      await api.post('/v3/webhooks', { ...documented, url: receiver.url }).expect(200);
      const message = { id: 7, direction: 'out' as const, from: '+15555550999', to: '+15555550123' };
      await host.dataSource.transaction((tx) =>
        host.webhooks.publish(tx, { type: 'message.delivered', tenantId, data: { message } }),
      );
      await host.webhooks.runOnce();
      const { headers, body } = receiver.received.at(-1)!;
      expect(JSON.parse(body)).toMatchObject({ messageId: 7, status: 4 });
      expect(headers['x-signature']).toBe(createHmac('sha256', documented.secret).update(body).digest('hex'));
    });
  });

  describe('of httpSMS', () => {
    const body = {
      url: 'https://www.example.com/hooks',
      signing_key: 'a signing key',
      events: ['message.phone.received', 'message.phone.sent', 'message.phone.sent'],
      phone_numbers: ['+18005550199'],
    };

    it('register a webhook, and return a 201 in httpSMS’s envelope, with the signing key in clear text', async () => {
      const answer = await api.post('/v1/webhooks', body).expect(201);
      expect(answer.body).toEqual({
        status: 'success',
        message: 'webhook created successfully',
        data: {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          user_id: tenantId,
          url: body.url,
          signing_key: 'a signing key',
          phone_numbers: ['+18005550199'],
          events: ['message.phone.received', 'message.phone.sent'],
          created_at: expect.any(String),
          updated_at: expect.any(String),
        },
      });
      expect(answer.headers['cache-control']).toBe('no-store');
    });

    it('add a missing scheme, and show an empty signing key if none was registered', async () => {
      const { data } = (
        await api.post('/v1/webhooks', { ...body, url: ' example.com/x ', signing_key: undefined })
      ).body;
      expect(data).toMatchObject({ url: 'https://example.com/x', signing_key: '' });
    });

    it('list webhooks newest first; parameters filter by a part of the URL, skip webhooks and limit their number', async () => {
      for (const path of ['one', 'two', 'three'])
        await api.post('/v1/webhooks', { ...body, url: `https://example.com/${path}` });
      const paths = async (query: string) =>
        (await api.get(`/v1/webhooks?${query}`).expect(200)).body.data.map(({ url }: { url: string }) =>
          url.slice(20),
        );
      expect(await paths('')).toEqual(['three', 'two', 'one']);
      expect(await paths('skip=1&limit=1')).toEqual(['two']);
      expect(await paths('query=T')).toHaveLength(3);
      expect(await paths('query=THR')).toEqual(['three']);
      const { body: answer } = await api.get('/v1/webhooks?limit=1');
      expect(answer).toMatchObject({ status: 'success', message: 'fetched 1 webhook' });
      expect((await api.get('/v1/webhooks?limit=0').expect(422)).body.data).toHaveProperty('limit');
    });

    it('tell the audit about each endpoint whose signing key a list has shown', async () => {
      const { data } = (await api.post('/v1/webhooks', body)).body;
      await api.post('/v1/webhooks', { ...body, signing_key: '' });
      const entries: AuditEntry[] = [];
      const stop = host.webhooks.audit.onAudit((entry) => entries.push(entry));
      await api.get('/v1/webhooks').expect(200);
      stop();
      expect(entries.map(({ request: _, ...entry }) => entry)).toEqual([
        { action: 'endpoint.secret_revealed', tenantId, endpointId: encodeId('wh', data.id) },
      ]);
    });

    it('replace every field on an update, and rotate the signing key only if it changes', async () => {
      const { data } = (await api.post('/v1/webhooks', body)).body;
      for (let i = 0; i < 7; i++) await api.put(`/v1/webhooks/${data.id}`, body).expect(200);
      const change = {
        url: 'https://example.com/new',
        events: ['message.call.missed'],
        phone_numbers: ['18005550100'],
      };
      const answer = await api.put(`/v1/webhooks/${data.id}`, change).expect(200);
      expect(answer.body).toMatchObject({
        message: 'webhook updated successfully',
        data: { id: data.id, ...change, signing_key: '' },
      });
      await api.put(`/v1/webhooks/${data.id}`, { ...body, url: undefined }).expect(422);
    });

    it('delete a webhook, and return null as the data', async () => {
      const { data } = (await api.post('/v1/webhooks', body)).body;
      const answer = await api.delete(`/v1/webhooks/${data.id}`).expect(200);
      expect(answer.body).toEqual({ status: 'success', message: 'webhook deleted successfully', data: null });
      const gone = await api.delete(`/v1/webhooks/${data.id}`).expect(404);
      expect(gone.body).toEqual({ status: 'error', message: 'There is no such webhook.' });
      await host.as('stranger').put(`/v1/webhooks/${data.id}`, body).expect(404);
    });

    itForAll([
      ['url', { url: 'not a url' }],
      ['events', { events: [] }],
      ['events', { events: ['message.api.sent'] }],
      ['events', { events: undefined }],
      ['signing_key', { signing_key: 'x'.repeat(256) }],
      ['signing_key', { signing_key: 'x'.repeat(513) }],
      ['signing_key', { signing_key: 7 }],
      ['signing_key', { signing_key: 'nul\0' }],
      ['phone_numbers', { phone_numbers: Array.from({ length: 101 }, (_, i) => `+1800555${1000 + i}`) }],
      ['phone_numbers', { phone_numbers: [] }],
      ['phone_numbers', { phone_numbers: undefined }],
      ['phone_numbers', { phone_numbers: ['nobody'] }],
    ])('name every wrong field as the caller wrote it, in httpSMS’s shape', async ([field, change]) => {
      const answer = await api.post('/v1/webhooks', { ...body, ...change }).expect(422);
      expect(answer.body).toEqual({
        status: 'error',
        message: expect.any(String),
        data: { [field]: [expect.not.stringMatching(/\bsecret\b|phoneNumbers/)] },
      });
    });

    it('name the operation in an error about wrong fields', async () => {
      const { data } = (await api.post('/v1/webhooks', body)).body;
      const wrong = { ...body, url: 'not a url' };
      for (const [call, doing] of [
        [api.get('/v1/webhooks?limit=0'), 'fetching webhooks'],
        [api.post('/v1/webhooks', wrong), 'storing webhook'],
        [api.put(`/v1/webhooks/${data.id}`, wrong), 'updating webhook'],
      ] as const)
        expect((await call.expect(422)).body.message).toBe(`validation errors while ${doing}`);
    });

    it('deliver only events of the registered phone numbers, with a token signed with the signing key', async () => {
      await api.post('/v1/webhooks', { ...body, url: receiver.url }).expect(201);
      const before = receiver.received.length;
      for (const from of ['+18005550177', '+18005550199']) {
        const message = { id: 7, direction: 'out' as const, from, to: '+18005550100' };
        await host.dataSource.transaction((tx) =>
          host.webhooks.publish(tx, { type: 'message.sent', tenantId, data: { message } }),
        );
      }
      await host.webhooks.runOnce();
      const [arrival, ...others] = receiver.received.slice(before);
      expect(others).toEqual([]);
      const [head, claims, signature] = arrival!.headers.authorization!.replace('Bearer ', '').split('.');
      const signed = createHmac('sha256', body.signing_key).update(`${head}.${claims}`);
      expect(signature).toBe(signed.digest('base64url'));
      expect(JSON.parse(Buffer.from(claims!, 'base64url').toString())).toMatchObject({
        sub: tenantId,
        aud: [receiver.url],
      });
      expect(JSON.parse(arrival!.body)).toMatchObject({
        type: 'message.phone.sent',
        data: { owner: '+18005550199' },
      });
    });

    it('return 402 beyond ten webhooks', async () => {
      for (let i = 0; i < 10; i++) await api.post('/v1/webhooks', body).expect(201);
      const answer = await api.post('/v1/webhooks', body).expect(402);
      expect(answer.body).toEqual({ status: 'error', message: expect.stringContaining('10') });
    });
  });
});
