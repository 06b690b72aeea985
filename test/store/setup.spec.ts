import type { EventEmitter } from 'node:events';
import { DataSource, type DataSourceOptions } from 'typeorm';
import {
  createPostgresStore,
  createSession,
} from '../../libs/webhooks/src/store/postgres/create-postgres-store.js';
import { WebhookAccountRow } from '../../libs/webhooks/src/store/schema/account.entity.js';
import { WebhookDeliveryRow } from '../../libs/webhooks/src/store/schema/delivery.entity.js';
import { WebhookEndpointRow } from '../../libs/webhooks/src/store/schema/endpoint.entity.js';
import { addEndpoint, newEvent, publish, relayTo, useStore } from './support.js';

const secret = (sealed: string, expiresAt: number | null = null) => ({ sealed, createdAt: 1, expiresAt });

describe('The set-up of a store', () => {
  const test = useStore();
  const endpoints = () => test.dataSource.getRepository(WebhookEndpointRow);
  const addAccount = (account: Partial<WebhookAccountRow> = {}) =>
    test.dataSource
      .getRepository(WebhookAccountRow)
      .save({ tenantId: 'a', secrets: [], createdAt: 1, updatedAt: 1, ...account });

  it('checkTables accepts migrated tables, and names a table that lacks a column', async () => {
    await expect(test.store.checkTables()).resolves.toBeUndefined();
    const { tablePath } = test.dataSource.getMetadata(WebhookDeliveryRow);
    await test.dataSource.query(`alter table ${tablePath} rename column response to former_response`);
    await expect(test.store.checkTables()).rejects.toMatchObject({
      name: 'WebhooksSetupError',
      message: expect.stringMatching(/webhook_deliveries.*earlier version.*response/s),
    });
    await test.dataSource.query(`alter table ${tablePath} rename column former_response to response`);
  });

  it('guardConnections listens once to each connection, and stops listening to the pool when the guard ends', async () => {
    const { master } = test.dataSource.driver as unknown as { master: EventEmitter };
    const unguard = test.store.guardConnections();
    expect(master.listenerCount('acquire')).toBe(1);
    const listeners = async (): Promise<number> => {
      const runner = test.dataSource.createQueryRunner();
      const connection = (await runner.connect()) as EventEmitter;
      const count = connection.listenerCount('error');
      await runner.release();
      return count;
    };
    expect(await listeners()).toBe(await listeners());
    unguard();
    expect(master.listenerCount('acquire')).toBe(0);
  });

  it.each([
    ['server', { extra: { options: '-c default_transaction_isolation=serializable' } }],
    ['data source', { isolationLevel: 'SERIALIZABLE' }],
  ])(
    'checkIsolation keeps transactions at READ COMMITTED if the %s has another default',
    async (_, options) => {
      const source = await new DataSource({
        ...test.dataSource.options,
        ...options,
      } as DataSourceOptions).initialize();
      const store = createPostgresStore(createSession(source));
      await store.checkIsolation();
      await store.transaction(async (tx) => {
        expect(await tx.countUnknownProfiles([])).toEqual([]);
        await addEndpoint(test); // commits meanwhile
        expect(await tx.countUnknownProfiles([])).toHaveLength(1);
      });
      await source.destroy();
    },
  );

  describe('sampleSealedValues', () => {
    it('returns live secrets and headers, at most the requested number for each key id', async () => {
      await addEndpoint(test, { secrets: [secret('v1.k1.a'), secret('v1.k1.b')], headers: 'v1.k2.c' });
      await addAccount({ secrets: [secret('plain.whsec')] });
      const samples = await test.store.sampleSealedValues(1);
      expect(samples.map(({ keyId }) => keyId)).toEqual(['k1', 'k2', 'plain']);
      expect(samples[2]).toEqual({ keyId: 'plain', tenantId: 'a', endpointId: null, sealed: 'plain.whsec' });
      expect(samples[1]!.endpointId).toEqual(expect.any(String));
      expect(await test.store.sampleSealedValues(3)).toHaveLength(4);
    });

    it('leaves out expired secrets, deleted endpoints and damaged columns and values', async () => {
      await addEndpoint(test, { secrets: [secret('damaged')], headers: '' });
      await addEndpoint(test, { secrets: [secret('v1.k1.a', 1)] });
      await addEndpoint(test, { secrets: [secret('v1.k2.a')], headers: 'v1.k2.b', deletedAt: 1 });
      await addEndpoint(test, { description: 'damaged' });
      const { tablePath } = endpoints().metadata;
      await test.dataSource.query(`update ${tablePath} set secrets = '{"a' where description = 'damaged'`);
      expect(await test.store.sampleSealedValues(3)).toEqual([]);
    });
  });

  it('countPlaintextRows counts endpoints and accounts with a live secret or headers that are not encrypted', async () => {
    await addEndpoint(test, { secrets: [secret('v1.k1.a'), secret('plain.b', 1)], headers: 'v1.k1.c' });
    await addEndpoint(test, { secrets: [secret('plain.a')], deletedAt: 1 });
    await addAccount({ tenantId: 'c', secrets: [secret('v1.k1.a')] });
    expect(await test.store.countPlaintextRows()).toEqual({ endpoints: 0, accounts: 0 });
    await addEndpoint(test, { secrets: [secret('v1.k1.a'), secret('plain.b'), secret('plain.c')] });
    await addEndpoint(test, { headers: 'plain.{}' });
    await addAccount({ secrets: [secret('plain.a')] });
    expect(await test.store.countPlaintextRows()).toEqual({ endpoints: 2, accounts: 1 });
  });

  it('countUnknownProfiles counts live endpoints and accounts by profile', async () => {
    await addEndpoint(test, { profile: 'acme' });
    await addEndpoint(test, { profile: 'acme' });
    await addEndpoint(test, { profile: 'gone', deletedAt: 1 });
    await addEndpoint(test);
    await addAccount({ defaultProfile: 'other' });
    await addAccount({ tenantId: 'b' });
    expect(await test.store.countUnknownProfiles(['standard'])).toEqual([
      { profile: 'acme', endpoints: 2, accounts: 0 },
      { profile: 'other', endpoints: 0, accounts: 1 },
    ]);
    expect(await test.store.countUnknownProfiles(['standard', 'acme', 'other'])).toEqual([]);
  });

  it('lockSealedRows returns the rows of a table in batches, and updateSealedRow writes a row', async () => {
    for (const tenantId of ['c', 'a', 'b']) await addAccount({ tenantId, secrets: [secret('old')] });
    await test.store.transaction(async (tx) => {
      const first = await tx.lockSealedRows('accounts', null, 2);
      expect(first.map(({ key }) => key)).toEqual(['a', 'b']);
      expect(first[0]).toMatchObject({ tenantId: 'a', endpointId: null, headers: null });
      const [last, ...more] = await tx.lockSealedRows('accounts', 'b', 2);
      expect([last!.key, more]).toEqual(['c', []]);
      await tx.updateSealedRow('accounts', 'c', { secrets: [secret('new')], headers: null });
    });
    const [account] = await test.store.transaction((tx) => tx.lockSealedRows('accounts', 'b', 1));
    expect(account!.secrets).toEqual([secret('new')]);

    await addEndpoint(test, { secrets: [secret('old')], headers: 'old' });
    await test.store.transaction(async (tx) => {
      const [row] = await tx.lockSealedRows('endpoints', null, 1);
      await tx.updateSealedRow('endpoints', row!.key, { secrets: [], headers: 'new' });
      expect(await tx.lockSealedRows('endpoints', null, 1)).toMatchObject([{ secrets: [], headers: 'new' }]);
    });
  });

  it('readQueueFigures counts events, due lanes, due deliveries and leases', async () => {
    expect(await test.store.readQueueFigures()).toEqual({
      unrelayed: 0,
      dueLanes: 0,
      due: 0,
      lagMs: 0,
      waitMs: 0,
      leases: 0,
    });
    const laneId = await addEndpoint(test);
    await publish(test, newEvent(), newEvent());
    await relayTo(test, laneId);
    await publish(test, newEvent());
    await test.store.openLease('worker', 60_000);
    test.store.advanceClock(5_000);
    const { lagMs, waitMs, ...counts } = await test.store.readQueueFigures();
    expect(counts).toEqual({ unrelayed: 1, dueLanes: 1, due: 2, leases: 1 });
    expect(lagMs).toBeGreaterThanOrEqual(5_000);
    expect(waitMs).toBeGreaterThanOrEqual(5_000);
  });

  it('readDatabaseHealth returns how long the oldest event has waited for the relay', async () => {
    expect(await test.store.readDatabaseHealth()).toMatchObject({
      relayLagMs: 0,
      table: 'webhook_deliveries',
    });
    await publish(test, newEvent());
    test.store.advanceClock(5_000);
    const health = await test.store.readDatabaseHealth();
    expect(health!.relayLagMs).toBeGreaterThanOrEqual(5_000);
  });
});
