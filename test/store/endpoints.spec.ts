import { newUuid } from '../../libs/webhooks/src/core/ids.js';
import { TenantRequiredError } from '../../libs/webhooks/src/core/tenant.js';
import type {
  EndpointChanges,
  EndpointRecord,
  EndpointScope,
  NewEndpoint,
} from '../../libs/webhooks/src/store/endpoint-store.js';
import type { CommittedWork } from '../../libs/webhooks/src/store/store.js';
import { useStore } from './support.js';

const CREATED = 1_800_000_000_000;
const LANE = { state: 'open', ordering: 'relaxed', maxInFlight: null, maxThroughputPerMinute: null } as const;
const A: EndpointScope = { tenantId: 'a' };

const newEndpoint = (fields: Partial<NewEndpoint> = {}): NewEndpoint => ({
  id: newUuid(),
  tenantId: 'a',
  url: 'https://example.com/hooks',
  events: ['message.*'],
  profile: 'standard',
  description: 'Orders',
  uid: newUuid(),
  metadata: { plan: 'gold' },
  headers: 'plain.{"x-token":"t"}',
  secrets: [{ sealed: 'plain.s', createdAt: CREATED, expiresAt: null }],
  phoneNumbers: ['+256701521269'],
  timeoutMs: 5000,
  alertEmail: 'ops@example.com',
  sendAlertEmail: true,
  skipErrors: true,
  skipErrorCodes: ['404'],
  retryOnError: false,
  state: 'active',
  stateAt: CREATED,
  createdAt: CREATED,
  updatedAt: CREATED,
  ...fields,
});

describe('A store of endpoints', () => {
  const test = useStore();

  async function insert(fields: Partial<NewEndpoint> = {}): Promise<NewEndpoint> {
    const endpoint = newEndpoint(fields);
    await test.store.transaction((tx) => tx.insertEndpoint(endpoint, LANE));
    return endpoint;
  }
  const find = async (id: string, scope: EndpointScope = A): Promise<EndpointRecord> =>
    (await test.store.findEndpoint(scope, id))!;
  const change = (endpoint: NewEndpoint, changes: EndpointChanges): Promise<void> =>
    test.store.transaction((tx) => tx.updateEndpoint(endpoint, changes));

  it('returns what was inserted, with its lane', async () => {
    const endpoint = newEndpoint();
    const lane = { state: 'paused', ordering: 'strict', maxInFlight: 3, maxThroughputPerMinute: 60 } as const;
    await test.store.transaction((tx) => tx.insertEndpoint(endpoint, lane));
    const found = await find(endpoint.id);
    expect(found).toMatchObject({ ...endpoint, stateReason: null });
    expect(found.lane).toMatchObject({
      ...lane,
      id: expect.stringMatching(/^\d+$/),
      nextDueAt: null,
      holdUntil: null,
      failures: 0,
      failingSince: null,
      claimedUntil: null,
    });
    expect(await test.store.findEndpointByNumber(A, Number(found.lane.id))).toEqual(found);
  });

  it('writes nothing if the transaction rolls back', async () => {
    const endpoint = newEndpoint();
    const rolledBack = test.store.transaction(async (tx) => {
      await tx.insertEndpoint(endpoint, LANE);
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    expect(await find(endpoint.id)).toBeNull();
  });

  it('shows an endpoint only to its tenant and the operator, and to nobody after the endpoint is deleted', async () => {
    const endpoint = await insert();
    const { lane } = await find(endpoint.id);
    const seenBy = async (scope: EndpointScope): Promise<boolean[]> => {
      const locked = await test.store.transaction((tx) => tx.lockEndpoint(scope, endpoint.id));
      return [
        (await find(endpoint.id, scope)) !== null,
        (await test.store.findEndpointByNumber(scope, Number(lane.id))) !== null,
        (await test.store.listEndpoints(scope, { limit: 10 })).length === 1,
        locked !== null,
      ];
    };
    expect(await seenBy(A)).toEqual([true, true, true, true]);
    expect(await seenBy('operator')).toEqual([true, true, true, true]);
    expect(await seenBy({ tenantId: 'b' })).toEqual([false, false, false, false]);
    await change(endpoint, { deletedAt: CREATED });
    expect(await seenBy(A)).toEqual([false, false, false, false]);
    expect(await seenBy('operator')).toEqual([false, false, false, false]);
    expect(await test.store.summarizeEndpoints('a')).toEqual([]);
  });

  it('throws a TenantRequiredError if the tenant is an empty string', async () => {
    const { store } = test;
    const nobody = { tenantId: '' };
    await expect(store.findEndpoint(nobody, newUuid())).rejects.toThrow(TenantRequiredError);
    await expect(store.findEndpointByNumber(nobody, 1)).rejects.toThrow(TenantRequiredError);
    await expect(store.listEndpoints(nobody, { limit: 1 })).rejects.toThrow(TenantRequiredError);
    await expect(store.summarizeEndpoints('')).rejects.toThrow(TenantRequiredError);
    await expect(store.findRegistrationTime('', 1)).rejects.toThrow(TenantRequiredError);
    await expect(store.lockEndpoint(nobody, newUuid())).rejects.toThrow(TenantRequiredError);
    await expect(insert(nobody)).rejects.toThrow(TenantRequiredError);
    await expect(change(newEndpoint(nobody), { url: 'x' })).rejects.toThrow(TenantRequiredError);
  });

  it('lists endpoints newest first, also if several were created at the same time, and returns one endpoint more than the limit', async () => {
    const created: NewEndpoint[] = [];
    for (const at of [1, 2, 2, 2, 3]) created.push(await insert({ createdAt: CREATED + at }));
    const expected = created
      .toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
      .map(({ id }) => id);
    const first = await test.store.listEndpoints(A, { limit: 2 });
    expect(first.map(({ id }) => id)).toEqual(expected.slice(0, 3));
    const second = await test.store.listEndpoints(A, { limit: 2, after: first[1]! });
    expect(second.map(({ id }) => id)).toEqual(expected.slice(2, 5));
    expect(await test.store.listEndpoints(A, { limit: 2, after: second[2]! })).toEqual([]);
  });

  it('lists endpoints by state and profile, and summarizes all endpoints of a tenant', async () => {
    const active = await insert();
    const paused = await insert({ state: 'paused', profile: 'msgine', events: ['*'] });
    await insert({ tenantId: 'b' });
    const ids = async (filter: object): Promise<string[]> =>
      (await test.store.listEndpoints(A, { limit: 10, ...filter })).map(({ id }) => id);
    expect(await ids({ state: 'paused' })).toEqual([paused.id]);
    expect(await ids({ profile: 'standard' })).toEqual([active.id]);
    expect(await ids({ state: 'active', profile: 'msgine' })).toEqual([]);
    const summaries = await test.store.summarizeEndpoints('a');
    expect(summaries.map(({ id, profile, events }) => ({ id, profile, events }))).toEqual(
      expect.arrayContaining([
        { id: active.id, profile: 'standard', events: ['message.*'] },
        { id: paused.id, profile: 'msgine', events: ['*'] },
      ]),
    );
    expect(summaries).toHaveLength(2);
  });

  it('finds when the n-th newest endpoint of a tenant was registered, counting deleted endpoints', async () => {
    const created: NewEndpoint[] = [];
    for (const at of [2, 1, 3]) created.push(await insert({ createdAt: CREATED + at }));
    await insert({ tenantId: 'b', createdAt: CREATED + 9 });
    await change(created[2]!, { deletedAt: CREATED + 4 });
    const times = await Promise.all([1, 2, 3, 4].map((n) => test.store.findRegistrationTime('a', n)));
    expect(times).toEqual([CREATED + 3, CREATED + 2, CREATED + 1, null]);
  });

  it('changes the given fields of an endpoint and its lane, but only for the tenant that owns the endpoint', async () => {
    const endpoint = await insert();
    const lane = { state: 'closed', nextDueAt: CREATED, failures: 2, failingSince: CREATED } as const;
    const update = (tenantId: string) =>
      test.store.transaction((tx) =>
        tx.updateEndpoint({ ...endpoint, tenantId }, { state: 'disabled', stateReason: 'operator' }, lane),
      );
    const before = await find(endpoint.id);
    await update('b');
    expect(await find(endpoint.id)).toEqual(before);
    await update('a');
    const after = await find(endpoint.id);
    expect(after).toMatchObject({ ...endpoint, state: 'disabled', stateReason: 'operator', lane });
    await update('a');
    expect(await find(endpoint.id)).toEqual(after);
  });

  it('reports a committed update that has made a lane due, and no other update', async () => {
    const endpoint = await insert();
    const detach = test.store.attach();
    const heard: CommittedWork[] = [];
    test.store.onCommit((work) => heard.push({ ...work }));
    const makeDue = (thenFail: boolean) =>
      test.store.transaction(async (tx) => {
        await tx.updateEndpoint(endpoint, { updatedAt: CREATED }, { nextDueAt: CREATED });
        if (thenFail) throw new Error('rolled back');
      });
    try {
      await expect(makeDue(true)).rejects.toThrow('rolled back');
      await change(endpoint, { description: null });
      await test.store.transaction((tx) =>
        tx.updateEndpoint(endpoint, { updatedAt: CREATED }, { nextDueAt: null, failures: 1 }),
      );
      await makeDue(false);
      // Listeners are called after the commit has returned.
      await new Promise((resolve) => setImmediate(resolve));
      expect(heard).toEqual([{ events: false, eventTypes: [], lanes: true, written: [], isAnnounced: true }]);
    } finally {
      detach();
    }
  });

  it("locks an endpoint until the transaction ends, and returns the database's time", async () => {
    const endpoint = await insert({ description: '0' });
    test.store.advanceClock(3_600_000);
    const count = () =>
      test.store.transaction(async (tx) => {
        const now = await tx.lockEndpoint(A, endpoint.id);
        const { description } = (await tx.findEndpoint(A, endpoint.id))!;
        await tx.updateEndpoint(endpoint, { description: String(Number(description) + 1), updatedAt: now! });
      });
    await Promise.all(Array.from({ length: 5 }, count));
    const { description, updatedAt } = await find(endpoint.id);
    expect(description).toBe('5');
    expect(Math.abs(updatedAt - Date.now() - 3_600_000)).toBeLessThan(60_000);
  });
});
