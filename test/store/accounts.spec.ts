import type { StoredSecret } from '../../libs/webhooks/src/store/stored-secret.js';
import { TenantRequiredError } from '../../libs/webhooks/src/core/tenant.js';
import { useStore } from './support.js';

describe('The accounts of a store', () => {
  const test = useStore();

  const insert = (...tenantIds: string[]): Promise<void> =>
    test.store.insertAccounts(tenantIds.map((tenantId) => ({ tenantId, sealed: `plain.${tenantId}` })));
  const find = async (tenantId: string) => (await test.store.findAccounts([tenantId]))[0]!;
  const secretsOf = async (tenantId: string): Promise<StoredSecret[]> =>
    JSON.parse((await find(tenantId)).secrets) as StoredSecret[];

  it('are inserted with one secret that is valid from now on', async () => {
    test.store.advanceClock(3_600_000);
    await insert('a');
    expect(await find('a')).toEqual({
      tenantId: 'a',
      secrets: expect.any(String),
      alertEmail: null,
      defaultProfile: null,
    });
    const [secret, ...others] = await secretsOf('a');
    expect(others).toEqual([]);
    expect(secret).toEqual({ sealed: 'plain.a', createdAt: expect.any(Number), expiresAt: null });
    expect(Math.abs(secret!.createdAt - Date.now() - 3_600_000)).toBeLessThan(60_000);
  });

  it('are found by tenant; missing accounts are left out', async () => {
    await insert('a', 'b', 'c');
    const found = await test.store.findAccounts(['c', 'nobody', 'a']);
    expect(found.map(({ tenantId }) => tenantId).toSorted()).toEqual(['a', 'c']);
    expect(await test.store.findAccounts([])).toEqual([]);
  });

  it('do not change when they are inserted again', async () => {
    await insert('a');
    const before = await find('a');
    await test.store.insertAccounts([
      { tenantId: 'b', sealed: 'plain.b' },
      { tenantId: 'a', sealed: 'plain.other' },
    ]);
    await test.store.insertAccounts([]);
    expect(await find('a')).toEqual(before);
    expect(await secretsOf('b')).toHaveLength(1);
  });

  it('are inserted by concurrent transactions without a deadlock, whatever the order', async () => {
    const tenantIds = Array.from({ length: 40 }, (_, i) => `tenant-${i}`);
    await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        test.store.transaction((tx) =>
          tx.insertAccounts(
            (i % 2 ? tenantIds : tenantIds.toReversed()).map((tenantId) => ({
              tenantId,
              sealed: `plain.${i}`,
            })),
          ),
        ),
      ),
    );
    const found = await test.store.findAccounts(tenantIds);
    expect(found).toHaveLength(40);
  });

  it('are read although the secrets of one of them are damaged', async () => {
    await insert('a', 'b');
    const accounts = test.dataSource.getMetadata('WebhookAccountRow').tablePath;
    await test.dataSource.query(`update ${accounts} set secrets = 'oops' where tenant_id = 'a'`);
    const found = await test.store.findAccounts(['a', 'b']);
    expect(found.map(({ tenantId, secrets }) => [tenantId, secrets === 'oops'])).toEqual(
      expect.arrayContaining([
        ['a', true],
        ['b', false],
      ]),
    );
  });

  it('are updated only in the given fields', async () => {
    await insert('a', 'b');
    const secrets = [{ sealed: 'plain.new', createdAt: 1, expiresAt: null }];
    await test.store.updateAccount('a', { alertEmail: 'ops@example.com', updatedAt: 1 });
    await test.store.updateAccount('a', { secrets, defaultProfile: 'msgine', updatedAt: 2 });
    expect(await find('a')).toMatchObject({ alertEmail: 'ops@example.com', defaultProfile: 'msgine' });
    expect(await secretsOf('a')).toEqual(secrets);
    await test.store.updateAccount('a', { alertEmail: null, defaultProfile: null, updatedAt: 3 });
    expect(await find('a')).toMatchObject({ alertEmail: null, defaultProfile: null });
    expect(await secretsOf('b')).toMatchObject([{ sealed: 'plain.b' }]);
  });

  it('are locked until the transaction ends: calls of one tenant run one after another', async () => {
    await insert('a');
    await test.store.updateAccount('a', { alertEmail: '0', updatedAt: 1 });
    const count = () =>
      test.store.transaction(async (tx) => {
        const updatedAt = await tx.lockAccount('a');
        const [account] = await tx.findAccounts(['a']);
        await tx.updateAccount('a', { alertEmail: String(Number(account!.alertEmail) + 1), updatedAt });
      });
    await Promise.all(Array.from({ length: 5 }, count));
    expect((await find('a')).alertEmail).toBe('5');
  });

  it('cannot be locked or updated without a tenant', async () => {
    await expect(test.store.lockAccount('')).rejects.toThrow(TenantRequiredError);
    await expect(test.store.updateAccount('', { updatedAt: 1 })).rejects.toThrow(TenantRequiredError);
  });
});
