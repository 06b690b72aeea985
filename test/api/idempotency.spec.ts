import { Maintenance } from '../../libs/webhooks/src/engine/maintenance/maintenance.js';
import { SECRET_BOX, type SecretBox } from '../../libs/webhooks/src/secrets/secret-box.js';
import { STORE, type Store } from '../../libs/webhooks/src/store/store.js';
import { advanceClock } from '../support/clock.js';
import { type Calls, startHost, type WebhooksHost } from '../support/webhooks-host.js';

const sent = { url: 'https://example.com/hooks', events: ['*'] };

describe.each(['express', 'fastify'] as const)('A call with an Idempotency-Key, on %s', (adapter) => {
  let host: WebhooksHost;
  let tenants = 0;
  let api: Calls;
  let tenantId: string;

  beforeAll(async () => void (host = await startHost({ adapter, logger: false })));
  afterAll(() => host.close());
  beforeEach(() => {
    tenantId = `account-${++tenants}`;
    api = host.as(tenantId);
  });

  const post = (path: string, key: string, body?: object) => api.post(path, body).set('idempotency-key', key);
  const count = async (): Promise<number> => (await api.get('/webhooks').expect(200)).body.data.length;

  it('is made once, and a repetition returns the same response with the same secret', async () => {
    const first = await post('/webhooks', 'k1', sent).expect(201);
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    const again = await post('/webhooks', 'k1', sent).expect(201);
    expect(again.headers).toMatchObject({ 'idempotency-replayed': 'true', 'cache-control': 'no-store' });
    expect(again.body).toEqual(first.body);
    expect(again.body.secret).toMatch(/^whsec_/);
    expect(await count()).toBe(1);
    await post('/webhooks', 'k2', sent).expect(201);
    expect(await count()).toBe(2);

    const path = `/webhooks/${first.body.id}/rotate-secret`;
    const rotated = await post(path, 'k1', {}).expect(200);
    expect((await post(path, 'k1', {}).expect(200)).body).toEqual(rotated.body);
    expect((await api.get(`/webhooks/${first.body.id}`)).body.secrets).toHaveLength(2);
    await post(`/webhooks/${first.body.id}/pause`, 'k1').expect(200);
    await post(`/webhooks/${first.body.id}/pause`, 'k1').expect(200).expect('idempotency-replayed', 'true');
  });

  it('stores no secret in the clear', async () => {
    const { body } = await post('/webhooks', 'k1', sent).expect(201);
    const rows = await host.dataSource.query('select * from webhook_idempotency_keys where tenant_id = $1', [
      tenantId,
    ]);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(body.secret);
    expect(JSON.stringify(rows)).not.toContain('whsec_');
  });

  it('is a 422 if the tenant has used the key with another body or webhook; other tenants may use the key', async () => {
    const { body } = await post('/webhooks', 'k1', sent).expect(201);
    const other = await post('/webhooks', 'k1', { ...sent, description: 'x' }).expect(422);
    const detail = { field: 'Idempotency-Key', code: 'idempotency_key_reused' };
    expect(other.body).toMatchObject({ code: 'refused', details: [detail] });
    await post(`/webhooks/${body.id}/test?wait=1`, 'k1', {}).expect(202);
    await post('/webhooks/wh_0/test?wait=1', 'k1', {}).expect(422);
    await host.as('b').post('/webhooks', sent).set('idempotency-key', 'k1').expect(201);
  });

  it('is a 409 while the first call is running', async () => {
    const store = host.app.get<Store>(STORE, { strict: false });
    const insert = store.claimKey.bind(store);
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => (go = resolve));
    const claim = jest.spyOn(store, 'claimKey').mockImplementationOnce(async (...input) => {
      const claimed = await insert(...input);
      await refused();
      await gate;
      return claimed;
    });
    async function refused(): Promise<void> {
      const answer = await post('/webhooks', 'k1', sent).expect(409);
      expect(answer.body.code).toBe('idempotency_key_in_use');
      expect(answer.headers['retry-after']).toBe('1');
      go();
    }
    await post('/webhooks', 'k1', sent).expect(201);
    claim.mockRestore();
    expect(await count()).toBe(1);
  });

  it('may be made again with the same key if it was refused, or failed', async () => {
    await post('/webhooks', 'k1', { ...sent, events: [] }).expect(400);
    await post('/webhooks', 'k1', { ...sent, url: 'https://10.0.0.1/' }).expect(422);
    const create = jest
      .spyOn(host.webhooks.endpoints, 'create')
      .mockRejectedValueOnce(new Error('the database is away'));
    await post('/webhooks', 'k1', sent).expect(500);
    create.mockRestore();
    await post('/webhooks', 'k1', sent).expect(201);
    expect(await count()).toBe(1);
  });

  it('succeeds even if its response cannot be sealed', async () => {
    const box = host.app.get<SecretBox>(SECRET_BOX, { strict: false });
    const seal = box.seal.bind(box);
    const failing = jest.spyOn(box, 'seal').mockImplementation((plain, context) => {
      if (context.endsWith(':k1')) throw new Error('the key service is away');
      return seal(plain, context);
    });
    const { body } = await post('/webhooks', 'k1', sent).expect(201);
    failing.mockRestore();
    expect(body.secret).toMatch(/^whsec_/);
    expect(await count()).toBe(1);
  });

  it.each(['', ' ', 'a b', 'x'.repeat(256)])('is a 400 for the key %p', async (key) => {
    const { status, body } = await post('/webhooks', key, sent);
    expect([status, body.details]).toEqual([400, [expect.objectContaining({ field: 'Idempotency-Key' })]]);
    expect(await count()).toBe(0);
  });

  it('is forgotten after a day, and a key whose process died is free after a minute', async () => {
    const call = { tenantId, route: 'pause', key: 'dead', fingerprint: 'x' };
    const store = host.app.get<Store>(STORE, { strict: false });
    const day = 24 * 3_600_000;
    const first = await store.claimKey(call, 60_000, day);
    expect(await store.claimKey(call, 60_000, day)).toEqual({ state: 'running' });
    advanceClock(host.app, 60_000);
    const second = await store.claimKey(call, 60_000, day);
    expect(second).toMatchObject({ state: 'claimed' });
    // The first process was slow, not dead: its response must not replace that of the second process.
    await store.answerKey(call, (first as { token: string }).token, 'late');
    expect(await store.claimKey(call, 60_000, day)).toEqual({ state: 'running' });

    await post('/webhooks', 'k1', sent).expect(201);
    advanceClock(host.app, day);
    await post('/webhooks', 'k1', sent)
      .expect(201)
      .expect(({ headers }) => {
        expect(headers['idempotency-replayed']).toBeUndefined();
      });
    advanceClock(host.app, day);
    await host.app.get(Maintenance).runRound();
    expect(await host.dataSource.query('select * from webhook_idempotency_keys')).toEqual([]);
  });

  it('is deleted with its tenant', async () => {
    await post('/webhooks', 'k1', sent).expect(201);
    await host.webhooks.operator.deleteTenant(tenantId);
    const rows = await host.dataSource.query('select * from webhook_idempotency_keys where tenant_id = $1', [
      tenantId,
    ]);
    expect(rows).toEqual([]);
  });
});
