import { newUuid } from '../../libs/webhooks/src/core/ids.js';
import type { NewEvent } from '../../libs/webhooks/src/store/outbox-store.js';
import type { Session } from '../../libs/webhooks/src/store/postgres/connection/session.js';
import {
  createPostgresStore,
  createSession,
} from '../../libs/webhooks/src/store/postgres/create-postgres-store.js';
import { WebhookEventRow } from '../../libs/webhooks/src/store/schema/event.entity.js';
import {
  createPublishFunction,
  publishFunctionSignature,
} from '../../libs/webhooks/src/store/schema/publish/publish-function.js';
import type { Store } from '../../libs/webhooks/src/store/store.js';
import { newEvent, useStore } from './support.js';

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('One event', () => {
  const test = useStore();
  let session: Session;
  let store: Store;
  beforeEach(() => {
    session = createSession(test.dataSource);
    store = createPostgresStore(session);
  });

  const insert = (...events: NewEvent[]) => store.transaction((tx) => tx.insertEvents(events, TRACE));

  /** The row of an event, without the columns that differ between any two events. */
  async function written(type: string): Promise<unknown> {
    const row = await test.dataSource.getRepository(WebhookEventRow).findOneByOrFail({ type });
    const occurredAt = row.occurredAt === row.createdAt ? 'now' : row.occurredAt;
    return { ...row, id: null, sequence: null, type: null, createdAt: null, occurredAt };
  }

  it.each([
    ['with few fields', newEvent()],
    ['without a subject but with occurredAt', newEvent({ subject: null, occurredAt: 5 })],
    ['with a callback', newEvent({ source: '/s', callbackUrl: 'https://example.com' })],
    ['of a test', newEvent({ test: true, endpointId: newUuid() })],
  ])(
    '%s has the same row whether it is written alone, with other events, or by webhook_publish',
    async (_, event) => {
      const as = (type: string) => ({ ...event, uuid: newUuid(), type });
      await insert(as('alone'));
      await insert(as('together'), newEvent());
      await store.checkTables();
      expect(session.found.publishFunction).toBe('"webhook_publish"');
      await insert(as('by.function'));
      expect(await written('by.function')).toEqual(await written('alone'));
      expect(await written('by.function')).toEqual(await written('together'));
      const { events } = await store.transaction((tx) => tx.claimEvents(10));
      expect(events).toHaveLength(4);
    },
  );

  it('can be written without webhook_publish, which a database with synchronized tables lacks', async () => {
    await test.dataSource.query(`drop function ${publishFunctionSignature(session.tables)}`);
    try {
      await store.checkTables();
      expect(session.found.publishFunction).toBeNull();
      await insert(newEvent({ type: 'alone' }));
      expect(await written('alone')).toMatchObject({ traceparent: TRACE });
    } finally {
      await test.dataSource.query(createPublishFunction(session.tables));
    }
  });
});
