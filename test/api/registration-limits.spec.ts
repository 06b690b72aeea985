import { STORE, type Store } from '../../libs/webhooks/src/store/store.js';
import { createDatabase } from '../support/database.js';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';

const URL = 'https://example.com/hooks';
const standard = { url: URL, events: ['message.delivered'] };

let host: WebhooksHost;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.close());

describe('The limits of registrations', () => {
  it('allow an account fifty endpoints, however many are registered at the same time', async () => {
    const eager = await startHost({ options: { limits: { registrationsPerMinute: 100 } } });
    const a = eager.as('a');
    const answers = await Promise.all(Array.from({ length: 60 }, () => a.post('/webhooks', standard)));
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect([count(201), count(409)]).toEqual([50, 10]);
    expect(answers.find(({ status }) => status === 409)!.body.code).toBe('endpoint_limit');
    await eager.close();
  });

  it('allow twenty registrations a minute over all processes, even if webhooks are deleted in between', async () => {
    const database = await createDatabase();
    const hosts = [await startHost({ database }), await startHost({ database })];
    const rotate = async (i: number) => {
      const api = hosts[i % 2]!.as('a');
      const answer = await api.post('/webhooks', standard);
      if (answer.status === 201) await api.delete(`/webhooks/${answer.body.id}`).expect(204);
      return answer;
    };
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => rotate(i)));
    const refused = answers.filter(({ status }) => status === 429);
    expect([refused.length, answers.filter(({ status }) => status === 201).length]).toEqual([10, 20]);
    expect(refused[0]!.body).toMatchObject({
      statusCode: 429,
      code: 'too_many_requests',
      message: expect.stringMatching(/^Too many registrations: at most 20 a minute, try again in \d+ s\.$/),
    });
    const seconds = Number(refused[0]!.headers['retry-after']);
    expect(seconds).toBeGreaterThan(0);
    await hosts[0]!.as('b').post('/webhooks', standard).expect(201);

    hosts[0]!.app.get<Store>(STORE, { strict: false }).advanceClock(seconds * 1000);
    await hosts[0]!.as('a').post('/webhooks', standard).expect(201);
    for (const each of hosts) await each.close();
    await database.drop();
  });

  it('count registrations through the routes of the platforms and through the host’s own code', async () => {
    const served = await startHost({
      options: { compat: ['httpsms', 'mobile-text-alerts'], limits: { registrationsPerMinute: 1 } },
    });
    const textAlerts = { url: URL, event: 'message-reply', secret: 'abc' };
    const httpsms = { url: URL, events: ['message.phone.sent'], phone_numbers: ['+18005550199'] };
    const create = (tenantId: string) => served.webhooks.endpoints.create(tenantId, standard);
    await served.as('a').post('/v3/webhooks', textAlerts).expect(200);
    const refused = await served.as('a').post('/v3/webhooks', textAlerts).expect(429);
    expect(refused.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    await served.as('b').post('/v1/webhooks', httpsms).expect(201);
    await served.as('b').post('/v1/webhooks', httpsms).expect(429);
    await create('c');
    await expect(create('c')).rejects.toMatchObject({ code: 'too_many_requests', retryAfterSeconds: 60 });
    // A registration that was refused, or rolled back with the host's transaction, does not count.
    await served
      .as('d')
      .post('/webhooks', { ...standard, url: 'https://10.0.0.1/' })
      .expect(422);
    const rolledBack = served.dataSource.transaction(async (tx) => {
      await served.webhooks.endpoints.create('d', standard, { tx });
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    await create('d');
    await served.close();
  });

  it('allow one MySMSGate URL for each stream, however many calls register URLs at the same time', async () => {
    const a = host.as('stream');
    const body = { url: URL, profile: 'mysmsgate', events: ['incoming-sms'] };
    const answers = await Promise.all(Array.from({ length: 8 }, () => a.post('/webhooks', body)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  it('allow five live secrets, however many calls rotate the secret at the same time', async () => {
    const a = host.as('secrets');
    const { body } = await a.post('/webhooks', standard);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => a.post(`/webhooks/${body.id}/rotate-secret`, {})),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
    expect(answers.find(({ status }) => status === 409)!.body.code).toBe('too_many_secrets');
    expect((await a.get(`/webhooks/${body.id}`)).body.secrets).toHaveLength(5);
    await a.post(`/webhooks/${body.id}/rotate-secret`, { overlapMs: 0 }).expect(200);
    expect((await a.get(`/webhooks/${body.id}`)).body.secrets).toHaveLength(1);
  });
});
