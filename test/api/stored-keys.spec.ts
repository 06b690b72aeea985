import type { Progress } from '../../libs/webhooks/src/store/jobs/progress.js';
import { SecretReencryption } from '../../libs/webhooks/src/secrets/reencrypt-secrets.js';
import { createSecretBox } from '../../libs/webhooks/src/secrets/create-secret-box.js';
import { STORE, type Store } from '../../libs/webhooks/src/store/store.js';
import { sealContext } from '../../libs/webhooks/src/secrets/secret-box.js';
import { WebhookOperator } from '../../libs/webhooks/src/operator/operator.service.js';
import { createDatabase } from '../support/database.js';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';

const OLD = 'ab'.repeat(32);
const NEW = 'cd'.repeat(32);
const body = { url: 'https://example.com/hooks', events: ['*'], headers: { 'x-token': 'header-value-1' } };

describe('The keys of stored secrets', () => {
  let host: WebhooksHost;
  const keysWith = (current: string, previous: string[] = []) => {
    const key = (id: string) => ({ id, key: id === 'k1' ? OLD : NEW });
    const encryption = { current: key(current), previous: previous.map(key), acceptPlaintext: false };
    return new SecretReencryption(
      host.app.get<Store>(STORE),
      createSecretBox({ encryption, allowPlaintextSecrets: false }),
    );
  };
  const plain = () =>
    new SecretReencryption(
      host.app.get<Store>(STORE),
      createSecretBox({ encryption: null, allowPlaintextSecrets: true }),
    );

  beforeEach(async () => {
    host = await startHost();
  });
  afterEach(() => host.close());

  it('keep the app from starting if the options do not have them; the error names the keys', async () => {
    await host.as('a').post('/webhooks', body).expect(201);
    await expect(keysWith('k1').check()).resolves.toBeUndefined();
    await expect(keysWith('k2', ['k1']).check()).resolves.toBeUndefined();
    await expect(keysWith('k2').check()).rejects.toThrow(/"k1".*encryption\.previous/s);
    await expect(plain().check()).rejects.toThrow('"k1"');
  });

  it('are checked when the app starts', async () => {
    const database = await createDatabase();
    const first = await startHost({ database });
    await first.as('a').post('/webhooks', body).expect(201);
    await first.close();
    const rotated = { current: { id: 'k2', key: NEW }, previous: [{ id: 'k1', key: OLD }] };
    await expect(
      startHost({ database, options: { encryption: { current: rotated.current } }, logger: false }),
    ).rejects.toThrow(/"k1".*encryption\.previous/s);
    const second = await startHost({ database, options: { encryption: rotated } });
    expect(await second.app.get(WebhookOperator).reencryptSecrets()).toMatchObject({
      resealed: 2,
      unreadable: [],
    });
    await second.close();
    const third = await startHost({ database, options: { encryption: { current: rotated.current } } });
    await third.as('a').get('/webhooks/account/secret').expect(200);
    await third.close();
    await database.drop();
  });

  it('keep the app from starting if the options have another value under the same id; one damaged row does not prevent the start', async () => {
    await host.as('a').post('/webhooks', body).expect(201);
    const withKey = (key: string) =>
      new SecretReencryption(
        host.app.get<Store>(STORE),
        createSecretBox({
          encryption: { current: { id: 'k1', key }, previous: [], acceptPlaintext: false },
          allowPlaintextSecrets: false,
        }),
      );
    await expect(withKey(NEW).check()).rejects.toThrow(
      /the key "k1": they were sealed under another key .* give it another id/s,
    );
    await host.as('b').post('/webhooks', body).expect(201);
    await host.dataSource.query(
      `update webhook_endpoints set headers = null, secrets = (select secrets from webhook_endpoints where tenant_id = 'b') where tenant_id = 'a'`,
    );
    await expect(withKey(OLD).check()).resolves.toBeUndefined();
    await host.dataSource.query(`update webhook_endpoints set secrets = 'not JSON' where tenant_id = 'a'`);
    await expect(withKey(OLD).check()).resolves.toBeUndefined();
    await expect(withKey(NEW).check()).rejects.toThrow('the key "k1"');
  });

  it('are needed only while a live value is sealed under them', async () => {
    const { body: endpoint } = await host.as('a').post('/webhooks', body).expect(201);
    await host.as('a').delete(`/webhooks/${endpoint.id}`);
    await host.dataSource.query(
      `update webhook_accounts set secrets = replace(secrets, '"expiresAt" : null', '"expiresAt" : 1')`,
    );
    await expect(keysWith('k2').check()).resolves.toBeUndefined();
  });

  it('are replaced by reencryptSecrets(), after which the old key can be removed', async () => {
    const api = host.as('a');
    const { body: endpoint } = await api.post('/webhooks', body).expect(201);
    const { body: account } = await api.get('/webhooks/account/secret');
    const keys = keysWith('k2', ['k1']);
    // More rows than fit into one batch.
    await host.dataSource.query(
      `insert into webhook_accounts (tenant_id, secrets, created_at, updated_at) select 'many-' || n, '[]', 1, 1 from generate_series(1, 250) n`,
    );
    const [{ rows }] = await host.dataSource.query(
      'select (select count(*) from webhook_endpoints)::int + (select count(*) from webhook_accounts)::int as rows',
    );
    const seen: number[] = [];
    const onProgress = ({ left }: Progress): void => void seen.push(left);
    const result = await keys.reencryptSecrets({ onProgress });
    expect(result).toEqual({ matched: rows, done: rows, left: 0, resealed: 2, unreadable: [] });
    expect(seen).toEqual([251, 51, 0]);
    expect(await keys.reencryptSecrets()).toMatchObject({ resealed: 0, unreadable: [] });

    await expect(keysWith('k2').check()).resolves.toBeUndefined();
    const box = createSecretBox({
      encryption: { current: { id: 'k2', key: NEW }, previous: [], acceptPlaintext: false },
      allowPlaintextSecrets: false,
    });
    const [row] = await host.dataSource.query('select id, secrets, headers from webhook_endpoints');
    const context = sealContext('a', row.id);
    expect(box.open(JSON.parse(row.secrets)[0].sealed, context)).toBe(endpoint.secret);
    expect(box.open(row.headers, context)).toBe('{"x-token":"header-value-1"}');
    const [stored] = await host.dataSource.query(
      `select secrets from webhook_accounts where tenant_id = 'a'`,
    );
    expect(box.open(JSON.parse(stored.secrets)[0].sealed, sealContext('a', null))).toBe(account.secret);
  });

  it('encrypt plaintext values when reencryptSecrets() runs; after that, the app starts without acceptPlaintext', async () => {
    const database = await createDatabase();
    const security = { allowPlaintextSecrets: true };
    const plainHost = await startHost({ database, options: { encryption: undefined, security } });
    const { body: endpoint } = await plainHost.as('a').post('/webhooks', body).expect(201);
    const { body: account } = await plainHost.as('a').get('/webhooks/account/secret').expect(200);
    expect(endpoint.headerNames).toEqual(['x-token']);
    await plainHost.as('b').get('/webhooks/account').expect(200);
    await plainHost.close();

    const current = { id: 'k1', key: OLD };
    const start = startHost({ database, options: { encryption: { current } }, logger: false });
    await expect(start).rejects.toMatchObject({
      name: 'PlaintextSecretsError',
      endpoints: 1,
      accounts: 2,
      message: expect.stringMatching(
        /1 endpoints and 2 accounts.*acceptPlaintext: true.*reencryptSecrets\(\)/,
      ),
    });

    const options = { encryption: { current, acceptPlaintext: true } };
    const migrating = await startHost({ database, options });
    const secretOf = async ({ as }: WebhooksHost) =>
      (await as('a').get(`/webhooks/${endpoint.id}/secret`).expect(200)).body.secret;
    expect(await secretOf(migrating)).toBe(endpoint.secret);
    const { operator } = migrating.webhooks;
    expect(await operator.reencryptSecrets()).toMatchObject({ resealed: 3, unreadable: [] });
    const stored = await migrating.dataSource.query(
      'select secrets, headers from webhook_endpoints union all select secrets, null from webhook_accounts',
    );
    for (const text of ['plain.', 'header-value-1', endpoint.secret, account.secret])
      expect(JSON.stringify(stored)).not.toContain(text);
    await migrating.close();

    const migrated = await startHost({ database, options: { encryption: { current } } });
    expect(await secretOf(migrated)).toBe(endpoint.secret);
    await migrated.close();
    await database.drop();
  });

  it('are not replaced in a row that cannot be opened; the result names the row', async () => {
    await host.as('a').post('/webhooks', body).expect(201);
    await host.as('b').post('/webhooks', body).expect(201);
    await host.dataSource.query(
      `update webhook_endpoints set secrets = (select secrets from webhook_endpoints where tenant_id = 'b') where tenant_id = 'a'`,
    );
    const { resealed, unreadable } = await keysWith('k2', ['k1']).reencryptSecrets();
    expect(resealed).toBe(3);
    expect(unreadable).toEqual([expect.stringMatching(/^a:/)]);
  });
});
