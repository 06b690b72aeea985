import { Logger } from '@nestjs/common';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { emptyHost, startHost, type WebhooksHost } from '../support/webhooks-host.js';
import { advanceClock } from '../support/clock.js';
import { AesGcmSecretBox } from '../../libs/webhooks/src/secrets/aes-gcm-secret-box.js';
import { decodeId } from '../../libs/webhooks/src/core/ids.js';
import { sealContext } from '../../libs/webhooks/src/secrets/secret-box.js';

const UNREADABLE = {
  statusCode: 409,
  code: 'secret_unreadable',
  message: 'The stored secret cannot be read. Rotate it to get a new one.',
};

describe('A sealed value that somebody moved or changed', () => {
  let host: WebhooksHost;
  let receiver: Receiver;
  let logged: string[];

  beforeAll(async () => {
    [host, receiver] = await Promise.all([startHost({ options: { compat: ['httpsms'] } }), startReceiver()]);
  });
  afterAll(() => Promise.all([host.close(), receiver.close()]));
  beforeEach(() => {
    logged = [];
    jest.spyOn(Logger.prototype, 'error').mockImplementation((line) => void logged.push(String(line)));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    receiver.received.length = 0;
    await emptyHost(host);
  });

  /** Swaps a column between the rows of two tenants. */
  const swap = (table: string, column: string): Promise<unknown> =>
    host.dataSource.query(
      `update ${table} t set ${column} = o.${column} from ${table} o
        where (t.tenant_id, o.tenant_id) in (('a', 'b'), ('b', 'a'))`,
    );

  it('causes a named error, is not shown and signs nothing, until a rotation replaces it', async () => {
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

  it('prevents all requests: none is sent without a signature, and none with the signature of an older secret alone', async () => {
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

  it('hides the header names in the list, until the headers are replaced', async () => {
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

  it('is not shown if it was moved to another column of its row', async () => {
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

  it('causes a 409 in each call that needs the secret of an account, until the secret is rotated', async () => {
    for (const key of ['a', 'b']) await host.as(key).get('/webhooks/account').expect(200);
    await swap('webhook_accounts', 'secrets');
    const { body } = await host.as('a').get('/webhooks/account/secret').expect(409);
    expect(body).toMatchObject(UNREADABLE);
    await host.as('a').patch('/webhooks/account', { defaultProfile: 'msgine' }).expect(409);
    await host.as('a').post('/webhooks/account/rotate-secret', { overlapMs: 0 }).expect(200);
    await host.as('a').get('/webhooks/account/secret').expect(200);
    await host.as('a').patch('/webhooks/account', { defaultProfile: 'msgine' }).expect(200);
  });

  it('is shown as an empty key in the list of httpSMS, and can be replaced there', async () => {
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

describe('An unencrypted secret that somebody wrote into an endpoint or an account', () => {
  let host: WebhooksHost;
  let receiver: Receiver;

  beforeEach(async () => {
    [host, receiver] = await Promise.all([startHost(), startReceiver()]);
    jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all([host.close(), receiver.close()]);
  });

  it('signs nothing, is not shown, and is never sealed', async () => {
    const api = host.as('a');
    const { id } = (await api.post('/webhooks', { url: receiver.url, events: ['*'] }).expect(201)).body;
    await api.get('/webhooks/account').expect(200);
    const theirs = JSON.stringify([{ sealed: 'plain.whsec_VEhFSVJT', createdAt: 1, expiresAt: null }]);
    for (const table of ['webhook_endpoints', 'webhook_accounts'])
      await host.dataSource.query(`update ${table} set secrets = $1`, [theirs]);

    await host.dataSource.transaction((tx) =>
      host.webhooks.publish(tx, [
        { type: 'webhook.test', tenantId: 'a', data: { message: 'x' } },
        { type: 'webhook.test', tenantId: 'a', data: { message: 'x' }, callbackUrl: receiver.url },
      ]),
    );
    await host.webhooks.runOnce();
    expect(receiver.received).toEqual([]);
    for (const path of [`/webhooks/${id}/secret`, '/webhooks/account/secret'])
      expect((await api.get(path).expect(409)).body).toMatchObject(UNREADABLE);
    const { resealed, unreadable } = await host.webhooks.operator.reencryptSecrets();
    expect([resealed, unreadable]).toEqual([0, [expect.stringMatching(/^a:/), 'a:account']]);
  });
});

const MINE = 'value-of-this-webhook';
const SISTERS = 'value-of-its-sister';
const STRANGERS = 'value-of-a-stranger';
const MINUTE = 60_000;

interface Stored {
  id: string;
  headers: string;
  secrets: string;
}

/** `v1.<keyId>.<nonce>.<ciphertext>.<tag>` with another first character in one of its parts. */
const tampered =
  (part: number) =>
  ({ headers }: Stored): string =>
    headers
      .split('.')
      .map((text, place) => (place === part ? (text.startsWith('A') ? 'B' : 'A') + text.slice(1) : text))
      .join('.');

/** Seals a value for the same row, as this host does, but with another key of the same id. */
function underAnotherKey({ id }: Stored): string {
  const box = new AesGcmSecretBox({ current: 'k1', keys: new Map([['k1', Buffer.alloc(32, 7)]]) });
  return box.seal(JSON.stringify({ 'x-token': 'sealed-elsewhere' }), sealContext('a', id));
}

/** Seals a value for the same row, with the host's key. */
function underItsKey(text: string): (row: Stored) => string {
  const box = new AesGcmSecretBox({ current: 'k1', keys: new Map([['k1', Buffer.alloc(32, 0xab)]]) });
  return ({ id }) => box.seal(text, sealContext('a', id));
}

type Damage = (own: Stored, sister: Stored, stranger: Stored) => string;

describe('A webhook’s headers that cannot be opened', () => {
  let host: WebhooksHost;
  let receiver: Receiver;
  let logged: string[];
  let path: string;

  beforeAll(async () => {
    const limits = { registrationsPerMinute: 1000 };
    [host, receiver] = await Promise.all([startHost({ options: { limits } }), startReceiver()]);
  });
  afterAll(() => Promise.all([host.close(), receiver.close()]));
  beforeEach(async () => {
    logged = [];
    for (const level of ['error', 'warn', 'log', 'debug'] as const)
      jest.spyOn(Logger.prototype, level).mockImplementation((...lines) => void logged.push(String(lines)));
    path = `/webhooks/${await register('a', 'mine', MINE)}`;
    await register('a', 'sister', SISTERS);
    await register('b', 'stranger', STRANGERS);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    receiver.received.length = 0;
    receiver.answer(200);
    await emptyHost(host);
  });

  async function register(tenant: string, name: string, token: string): Promise<string> {
    const fields = {
      url: `${receiver.url}/${name}`,
      events: ['message.sent'],
      headers: { 'x-token': token },
    };
    const { body } = await host.as(tenant).post('/webhooks', fields).expect(201);
    return body.id;
  }

  async function damage(how: Damage): Promise<void> {
    const [own, sister, stranger] = await Promise.all(
      ['mine', 'sister', 'stranger'].map(async (name) => {
        const sql = 'select id, headers, secrets from webhook_endpoints where url = $1';
        const [row] = await host.dataSource.query<Stored[]>(sql, [`${receiver.url}/${name}`]);
        return row!;
      }),
    );
    const parameters = [own!.id, how(own!, sister!, stranger!)];
    await host.dataSource.query('update webhook_endpoints set headers = $2 where id = $1', parameters);
  }

  const spoil = (): Promise<void> => damage(tampered(3));

  async function publish(...types: string[]): Promise<void> {
    const message = { id: 'm1', direction: 'out', from: '+18005550199', to: '+256701521269' };
    const events = (types.length > 0 ? types : ['message.sent']).map((type) => ({
      type,
      tenantId: 'a',
      subject: 'm1',
      data: { message },
    }));
    await host.dataSource.transaction((tx) => host.webhooks.publish(tx, events as never));
    await host.webhooks.runOnce();
  }

  async function later(ms: number): Promise<void> {
    advanceClock(host.app, ms);
    await host.webhooks.runOnce();
  }

  /** The `x-token` of each request to a webhook. */
  const tokens = (name: string): unknown[] =>
    receiver.received
      .filter(({ path: to }) => to.endsWith(`/${name}`))
      .map(({ headers }) => headers['x-token']);

  const deliveries = async () => (await host.as('a').get(`${path}/deliveries`).expect(200)).body.data;

  it.each<[string, Damage]>([
    ['sealed with another key of the same id', underAnotherKey],
    ['whose nonce was changed', tampered(2)],
    ['whose bytes were changed', tampered(3)],
    ['whose tag was changed', tampered(4)],
    ['that were cut off', ({ headers }) => headers.slice(0, -1)],
    ['with the id of another key', ({ headers }) => headers.replace('v1.k1.', 'v1.k2.')],
    ['of another webhook of the account', (_, sister) => sister.headers],
    ['of a webhook of another account', (_, __, stranger) => stranger.headers],
    ['with a signing secret in their place', ({ secrets }) => JSON.parse(secrets)[0].sealed],
    ['with a text in their place', underItsKey('"text"')],
    ['with a number in their place', underItsKey('1234')],
    ['with null in their place', underItsKey('null')],
    ['with a list in their place', underItsKey('["x-token"]')],
    ['with values that are not text', underItsKey('{"x-token":{"a":1}}')],
    ['with unencrypted ones in their place', () => 'plain.{"x-token":"sealed-elsewhere"}'],
    ['with nothing in their place', () => ''],
  ])('(%s) stop deliveries: nothing is sent until the headers are replaced', async (_, how) => {
    await damage(how);
    await publish();
    expect(tokens('mine')).toEqual([]);
    expect(tokens('sister')).toEqual([SISTERS]);
    const waiting = { reason: 'headers-unreadable', state: 'pending', attemptCount: 0, lastAttempt: null };
    const log = await deliveries();
    expect(log).toMatchObject([{ ...waiting, nextAttemptAt: expect.any(String) }]);

    const api = host.as('a');
    const { body: list } = await api.get('/webhooks').expect(200);
    expect(list.data).toMatchObject([{ headerNames: ['x-token'] }, { headerNames: null, state: 'active' }]);
    const { body: one } = await api.get(path).expect(200);
    expect(one).toMatchObject({ headerNames: null, failingSince: null });
    const { body: detail } = await api.get(`/webhooks/deliveries/${log[0].id}`).expect(200);
    expect(detail).toMatchObject({ ...waiting, attempts: [] });
    expect(logged.join('\n')).toMatch(/The headers of a:[0-9a-f-]{36} cannot be opened/);
    const shown = [...logged, JSON.stringify([list, one, detail])].join('\n');
    const [row] = await host.dataSource.query<Stored[]>(
      'select headers from webhook_endpoints where id = $1',
      [decodeId('wh', one.id)],
    );
    for (const text of [MINE, SISTERS, STRANGERS, 'sealed-elsewhere', 'whsec_', row!.headers || 'v1.'])
      expect(shown).not.toContain(text);

    await api.patch(path, { headers: { 'x-token': 'new' } }).expect(200);
    await later(MINUTE);
    expect(tokens('mine')).toEqual(['new']);
    expect(tokens('sister')).toEqual([SISTERS]);
    expect(await deliveries()).toMatchObject([{ state: 'delivered', reason: null, attemptCount: 1 }]);
  });

  it('also stop a waiting retry: no further attempt is counted until the retry is sent with the new headers', async () => {
    receiver.answer(500);
    await publish();
    receiver.answer(200);
    await spoil();
    await later(MINUTE);
    expect(tokens('mine')).toEqual([MINE]);
    const waiting = { state: 'pending', reason: 'headers-unreadable', attemptCount: 1 };
    expect(await deliveries()).toMatchObject([{ ...waiting, lastAttempt: { status: 500 } }]);
    await host
      .as('a')
      .patch(path, { headers: { 'x-token': 'new' } })
      .expect(200);
    await later(MINUTE);
    expect(tokens('mine')).toEqual([MINE, 'new']);
    expect(await deliveries()).toMatchObject([{ state: 'delivered', reason: null, attemptCount: 2 }]);
  });

  it('do not change which events the webhook gets', async () => {
    await spoil();
    await publish('message.failed', 'message.sent');
    expect(await deliveries()).toMatchObject([{ wireType: 'message.sent', state: 'pending' }]);
  });

  it('do not make the webhook failing or disabled, however long they are not replaced', async () => {
    await spoil();
    await publish();
    for (let day = 0; day < 10; day++) await later(24 * 60 * MINUTE);
    expect(await deliveries()).toMatchObject([{ state: 'pending', attemptCount: 0 }]);
    expect((await host.as('a').get(path)).body).toMatchObject({ state: 'active', failingSince: null });
    await host.as('a').patch(path, { headers: {} }).expect(200);
    await later(MINUTE);
    expect(tokens('mine')).toEqual([undefined]);
  });

  it('make no route of the webhook fail', async () => {
    await spoil();
    const api = host.as('a');
    await api.post(`${path}/test?wait=1`, {}).expect(202);
    await api.patch(path, { description: 'still here' }).expect(200);
    await api.post(`${path}/rotate-secret`, {}).expect(200);
    await api.get(`${path}/secret`).expect(200);
    await api.post(`${path}/pause`).expect(200);
    const { body } = await api.post(`${path}/resume`).expect(200);
    expect(body).toMatchObject({ description: 'still here', headerNames: null });
    await api.post(`${path}/recover`, { since: '2020-01-01' }).expect(202);
    expect(await host.webhooks.operator.reencryptSecrets()).toMatchObject({ unreadable: [] });
    await api.delete(path).expect(204);
  });
});
