import { Logger } from '@nestjs/common';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';

const UNREADABLE = {
  statusCode: 409,
  code: 'secret_unreadable',
  message: 'The stored secret cannot be read. Rotate it to get a new one.',
};

describe('A sealed value that somebody moved to another row', () => {
  let host: WebhooksHost;
  let receiver: Receiver;
  let logged: string[];

  beforeEach(async () => {
    [host, receiver] = await Promise.all([startHost({ options: { compat: ['httpsms'] } }), startReceiver()]);
    logged = [];
    jest.spyOn(Logger.prototype, 'error').mockImplementation((line) => void logged.push(String(line)));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all([host.close(), receiver.close()]);
  });

  /** Swaps a column between the rows of two tenants. */
  const swap = (table: string, column: string): Promise<unknown> =>
    host.dataSource.query(
      `update ${table} t set ${column} = o.${column} from ${table} o
        where (t.tenant_id, o.tenant_id) in (('a', 'b'), ('b', 'a'))`,
    );

  it('is refused by name, shows nothing, signs nothing, and a rotation mends it', async () => {
    const paths: string[] = [];
    const secrets: string[] = [];
    for (const key of ['a', 'b']) {
      const { body } = await host
        .as(key)
        .post('/webhooks', { url: receiver.url, events: ['*'] })
        .expect(201);
      paths.push(`/webhooks/${body.id}`);
      secrets.push(body.secret);
    }
    await swap('webhook_endpoints', 'secrets');

    const { body } = await host.as('a').get(`${paths[0]}/secret`).expect(409);
    expect(body).toMatchObject(UNREADABLE);
    await host.as('a').get('/webhooks').expect(200);
    await host.dataSource.transaction((tx) =>
      host.webhooks.publish(tx, { type: 'webhook.test', tenantId: 'a', data: { message: 'x' } }),
    );
    await host.webhooks.runOnce();
    expect(receiver.received).toEqual([]);
    const { body: log } = await host.as('a').get('/webhooks/deliveries').expect(200);
    expect(log.data).toMatchObject([{ state: 'pending', reason: 'secret-unreadable', attemptCount: 0 }]);
    expect(logged.join('\n')).toContain('it does not belong to this row');
    for (const secret of secrets) expect(logged.join('\n') + JSON.stringify(body)).not.toContain(secret);

    await host.as('a').post(`${paths[0]}/rotate-secret`, { overlapMs: 0 }).expect(200);
    await host.as('a').get(`${paths[0]}/secret`).expect(200);
    await host.as('a').post(`${paths[0]}/test?wait=1`, {}).expect(202);
    await host.webhooks.runOnce();
    expect(receiver.received).toHaveLength(1);
  });

  it('leaves nothing unsigned where the profile could be, nor signed by an older secret alone', async () => {
    const api = host.as('a');
    const numbers = { phoneNumbers: ['+18005550199'], secret: 'S3CRET-of-the-row' };
    const bodies = [
      { url: receiver.url, events: ['*'] },
      { url: receiver.url, events: ['message.phone.sent'], profile: 'httpsms', ...numbers },
    ];
    for (const body of bodies) {
      const { id } = (await api.post('/webhooks', body).expect(201)).body;
      await api.post(`/webhooks/${id}/rotate-secret`, {}).expect(200);
    }
    await host.dataSource.query(
      `update webhook_endpoints set secrets = regexp_replace(secrets, 'v1[.]k1[.]', 'v1.k1.AAAA')`,
    );
    const message = { id: 'm1', direction: 'out', from: '+18005550199', to: '+256701521269' };
    await host.dataSource.transaction((tx) =>
      host.webhooks.publish(tx, { type: 'message.sent', tenantId: 'a', data: { message } } as never),
    );
    await host.webhooks.runOnce();
    expect(receiver.received).toEqual([]);
    const { body: log } = await api.get('/webhooks/deliveries').expect(200);
    const waiting = { state: 'pending', reason: 'secret-unreadable', attemptCount: 0 };
    expect(log.data).toMatchObject([waiting, waiting]);
  });

  it('leaves headers without their names, and the rest of a list as it is', async () => {
    const body = { url: receiver.url, events: ['*'], headers: { 'x-token': 'of-one-tenant' } };
    for (const key of ['a', 'b']) await host.as(key).post('/webhooks', body).expect(201);
    await swap('webhook_endpoints', 'headers');
    const { body: list } = await host.as('a').get('/webhooks').expect(200);
    expect(list.data).toMatchObject([{ headerNames: null, url: receiver.url }]);
    await host
      .as('a')
      .patch(`/webhooks/${list.data[0].id}`, { headers: { 'x-new': '1' } })
      .expect(200);
    const { body: mended } = await host.as('a').get('/webhooks').expect(200);
    expect(mended.data).toMatchObject([{ headerNames: ['x-new'] }]);
  });

  it('from one column to another of its row shows nothing of itself', async () => {
    const fields = { url: receiver.url, events: ['message-reply'], profile: 'mobile-text-alerts' };
    const { body } = await host
      .as('a')
      .post('/webhooks', { ...fields, secret: 'S3CRET-of-the-row' })
      .expect(201);
    await host.dataSource.query(
      `update webhook_endpoints set headers = secrets::json -> 0 ->> 'sealed' where tenant_id = 'a'`,
    );
    const { body: list } = await host.as('a').get('/webhooks').expect(200);
    expect(list.data).toMatchObject([{ headerNames: null }]);
    await host.as('a').patch(`/webhooks/${body.id}`, { timeoutMs: 2000 }).expect(200);
    expect(logged.join('\n')).not.toContain('S3CRET');
  });

  it('of an account is a 409 wherever it is needed, until it is rotated', async () => {
    for (const key of ['a', 'b']) await host.as(key).get('/webhooks/account').expect(200);
    await swap('webhook_accounts', 'secrets');
    const { body } = await host.as('a').get('/webhooks/account/secret').expect(409);
    expect(body).toMatchObject(UNREADABLE);
    await host.as('a').patch('/webhooks/account', { defaultProfile: 'msgine' }).expect(409);
    await host.as('a').post('/webhooks/account/rotate-secret', { overlapMs: 0 }).expect(200);
    await host.as('a').get('/webhooks/account/secret').expect(200);
    await host.as('a').patch('/webhooks/account', { defaultProfile: 'msgine' }).expect(200);
  });

  it('does not spoil the list of the platform that echoes its keys', async () => {
    const body = {
      url: receiver.url,
      events: ['message.phone.sent'],
      phone_numbers: ['+18005550199'],
      signing_key: 'the key of a tenant',
    };
    for (const key of ['a', 'b']) await host.as(key).post('/v1/webhooks', body).expect(201);
    await swap('webhook_endpoints', 'secrets');
    await host
      .as('a')
      .post('/v1/webhooks', { ...body, signing_key: 'another' })
      .expect(201);
    const { body: list } = await host.as('a').get('/v1/webhooks').expect(200);
    expect(list.data.map((each: { signing_key: string }) => each.signing_key)).toEqual(['another', '']);
    const path = `/v1/webhooks/${list.data[1].id}`;
    expect((await host.as('a').put(path, body).expect(200)).body.data.signing_key).toBe(body.signing_key);
    const theirs = (await host.as('b').get('/v1/webhooks').expect(200)).body.data[0];
    await host
      .as('b')
      .put(`/v1/webhooks/${theirs.id}`, { ...body, signing_key: '' })
      .expect(200);
    const [row] = await host.dataSource.query(`select secrets from webhook_endpoints where tenant_id = 'b'`);
    expect(row.secrets).toBe('[]');
  });
});
