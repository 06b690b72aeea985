import { randomUUID } from 'node:crypto';
import { DataSource, type DataSourceOptions, type EntitySchema } from 'typeorm';
import type { EndpointChanges, EndpointLaneChanges } from '../../libs/webhooks/src/store/endpoint-store.js';
import type { LanesToSkip } from '../../libs/webhooks/src/store/lane-store.js';
import type {
  ClaimedEvent,
  DestinationRecord,
  NewEvent,
} from '../../libs/webhooks/src/store/outbox-store.js';
import {
  createPostgresStore,
  createSession,
} from '../../libs/webhooks/src/store/postgres/create-postgres-store.js';
import { webhooksEntities } from '../../libs/webhooks/src/store/schema/entities.js';
import { webhooksMigrations } from '../../libs/webhooks/src/store/schema/migrations/index.js';
import type { Store } from '../../libs/webhooks/src/store/store.js';
import { emptyTables } from '../support/empty-tables.js';
import { createMigratedDatabase } from '../support/migrated-database.js';

// Helpers of the suite that every database's store must pass. The suite calls the store, and uses SQL and repositories
// only to prepare and check rows.

export function skipping(laneIds: string[] = []): LanesToSkip {
  return { laneIds, tenantIds: [], keptLaneIds: [] };
}

export interface StoreUnderTest {
  store: Store;
  dataSource: DataSource;
}

/**
 * A store on a database of its own. Each test begins with empty tables and a clock that was not moved.
 *
 * @param host entities and migrations of a host
 */
export function useStore(host: Pick<DataSourceOptions, 'entities' | 'migrations'> = {}): StoreUnderTest {
  const test = {} as StoreUnderTest;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await createMigratedDatabase();
    drop = database.drop;
    test.dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      entities: [...webhooksEntities, ...((host.entities ?? []) as EntitySchema[])],
      migrations: [...webhooksMigrations, ...((host.migrations ?? []) as Function[])],
      migrationsRun: true,
    }).initialize();
  });
  beforeEach(() => {
    test.store = createPostgresStore(createSession(test.dataSource));
  });
  afterEach(async () => {
    const tables = test.dataSource.entityMetadatas.map(({ tablePath }) => tablePath);
    await emptyTables((sql, parameters) => test.dataSource.query(sql, parameters), tables);
  });
  afterAll(async () => {
    await test.dataSource.destroy();
    await drop();
  });
  return test;
}

/** An event of tenant `a`, as `insertEvents` takes it. */
export function newEvent(fields: Partial<NewEvent> = {}): NewEvent {
  return {
    uuid: randomUUID(),
    tenantId: 'a',
    type: 'message.sent',
    subject: null,
    occurredAt: null,
    source: null,
    data: '{"message":1}',
    callbackUrl: null,
    idempotencyKey: null,
    test: false,
    endpointId: null,
    ...fields,
  };
}

/** Publishes `events` in one transaction. */
export function publish({ store }: StoreUnderTest, ...events: NewEvent[]) {
  return store.transaction((tx) => tx.insertEvents(events));
}

/** Adds an endpoint, by default of tenant `a`, with its lane. Returns the lane's id. */
export async function addEndpoint(
  { store }: StoreUnderTest,
  endpoint: EndpointChanges & { tenantId?: string } = {},
  lane: EndpointLaneChanges = {},
): Promise<string> {
  const { tenantId = 'a', ...changes } = endpoint;
  const id = randomUUID();
  const now = store.now();
  const blank = {
    id,
    tenantId,
    url: 'https://example.com/hooks',
    events: ['*'],
    profile: 'standard',
    uid: null,
    metadata: null,
    description: null,
    headers: null,
    secrets: [],
    phoneNumbers: null,
    timeoutMs: null,
    alertEmail: null,
    sendAlertEmail: false,
    skipErrors: false,
    skipErrorCodes: [],
    retryOnError: true,
    state: 'active' as const,
    stateAt: now,
    createdAt: now,
    updatedAt: now,
  };
  return store.transaction(async (tx) => {
    const limits = { maxInFlight: null, maxThroughputPerMinute: null };
    await tx.insertEndpoint(blank, { state: 'open', ordering: 'relaxed', ...limits });
    const { lane: inserted } = (await tx.findEndpoint({ tenantId }, id))!;
    await tx.updateEndpoint({ id, tenantId }, { updatedAt: now, ...changes }, lane);
    return inserted.id;
  });
}

export interface RelayOptions {
  leaseId?: string;
  direct?: boolean;
}

/** Relays all events to one lane, in one transaction. Returns the indexes of the deliveries that were handed over. */
export async function relayTo(
  { store }: StoreUnderTest,
  laneId: string,
  { leaseId = '0', direct = false }: RelayOptions = {},
): Promise<number[]> {
  const [destination] = await store.readDestinationsOfLanes([laneId]);
  return store.transaction(async (tx) => {
    const { events } = await tx.claimEvents(100);
    const deliveries = events.map((event) => ({ ...toDelivery(event, destination!), isDirect: direct }));
    const sequences = events.map(({ sequence }) => sequence);
    const handedOver = await tx.insertDeliveries(deliveries, sequences, leaseId);
    return handedOver.map(({ index }) => index);
  });
}

/** A delivery of `event` that waits in its lane. */
export function toDelivery(event: ClaimedEvent, { laneId, endpointId, ordering }: DestinationRecord) {
  return {
    event,
    destination: { laneId, endpointId, ordering, profile: { name: 'standard' } },
    wireType: event.type,
    body: '{}',
    callbackUrl: event.callbackUrl,
    reason: null,
    isDirect: false,
  };
}

/** A record without the time at which it was read. */
export const withoutTime = <T extends { now: number }>({ now: _, ...others }: T): Omit<T, 'now'> => others;
