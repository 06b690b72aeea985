import type { QueryRunner } from 'typeorm';
import { PendingWork } from '../../libs/webhooks/src/engine/pending-work.js';
import type { DeliveryNotice } from '../../libs/webhooks/src/observability/delivery-events.js';
import { DatabaseProxy } from '../faults/database-proxy.js';
import { until } from '../faults/until.js';
import { POLL } from '../support/client-log.js';
import { delivered, Engine } from './support/engine.js';
import { startWorker, type Worker } from './support/worker.js';

// The time limit is shorter than the time until the next poll, which would find everything.
jest.setTimeout(45_000);

/** These workers poll once a minute, so what arrives here arrives because another process has announced it. */
const SELDOM = { idlePollMs: 60_000, busyPollMs: 60_000 };

/** Removes and returns the warnings which say that a worker polls because it cannot listen. */
const aboutPolling = ({ warnings }: Engine['log']) =>
  warnings.splice(0).filter((line) => line.includes('poll'));

/** SQL for the workers' own connections. */
const WORKER_SESSIONS = `pg_stat_activity where datname = current_database() and application_name like '%(webhooks worker)'`;

describe('Between processes', () => {
  let engine: Engine;
  let worker: Worker;
  beforeAll(async () => {
    engine = await Engine.start({ role: 'api', options: { worker: SELDOM } });
    worker = await engine.addWorker({ role: 'worker' });
  });
  let tests = 0;
  /** A different tenant for each test: the worker keeps running, so the tables are not emptied. */
  let tenant: string;
  beforeEach(async () => {
    tenant = `tenant${tests++}`;
    await engine.endpoint(tenant, '/a');
  });
  afterEach(async () => {
    await until('all outcomes to be recorded', async () => (await engine.leftovers()).sending === 0);
    engine.receiver.clear();
  });
  afterAll(() => engine.close());

  const sessions = (last: string) =>
    engine.count(`pg_stat_activity where datname = current_database() and query ~* $1`, [last]);
  const listening = () => engine.count(WORKER_SESSIONS);

  /** Resolves when the worker has recorded the next success. */
  const delivery = () =>
    new Promise<DeliveryNotice>((resolve) => {
      const off = worker.webhooks.events.on('delivered', (notice) => {
        off();
        resolve(notice);
      });
    });

  it('a commit in one process wakes the worker in another process', async () => {
    const recorded = delivery();
    await engine.publish(delivered(tenant, 'm1'));
    await recorded;
  });

  it('a retry wakes the worker, with or without an event in the same transaction', async () => {
    await engine.endpoint(`${tenant}b`, '/b');
    const first = delivery();
    await engine.publish(delivered(tenant, 'm1'));
    const { deliveryId } = await first;
    const second = delivery();
    await engine.webhooks.deliveries.retry(tenant, deliveryId);
    await second;

    await engine.transaction(async (tx) => {
      await engine.webhooks.publish(tx, delivered(`${tenant}b`, 'm2'));
      await engine.webhooks.deliveries.retry(tenant, deliveryId, { tx });
    });
    await engine.receiver.arrived(4);
    expect(engine.receiver.at('/a')).toHaveLength(3);
    expect(engine.receiver.at('/b')).toHaveLength(1);
  });

  /** Opens a transaction of this process, and publishes an event of `subject` in it. */
  async function publishing(subject: string): Promise<QueryRunner> {
    const runner = engine.first.dataSource.createQueryRunner();
    await runner.startTransaction();
    await engine.webhooks.publish(runner.manager, delivered(tenant, subject));
    return runner;
  }

  it('a single event is announced in its own transaction, or after the commit if another announcing transaction is open', async () => {
    const { url } = engine.first.dataSource.options as { url: string };
    const proxy = await DatabaseProxy.open(url);
    proxy.timed = /^notify/;
    const web = await startWorker(proxy.url, { role: 'api', options: { worker: SELDOM } }, engine.log);
    const publish = (subject: string) =>
      web.dataSource.transaction((tx) => web.webhooks.publish(tx, delivered(tenant, subject)));
    try {
      await publish('m1');
      await engine.receiver.arrived(1);
      expect(proxy.times).toHaveLength(0);

      // PostgreSQL commits transactions with a NOTIFY one at a time, so only one open transaction announces.
      const open = await publishing('m2');
      await publish('m3');
      await engine.receiver.arrived(2);
      await until('the NOTIFY about m3 to be sent', () => proxy.times.length === 1);
      await open.commitTransaction();
      await open.release();
      await engine.receiver.arrived(3);
    } finally {
      await web.close();
      await proxy.close();
    }
  });

  it('if a savepoint undoes an announced event, the other events are still announced', async () => {
    await engine.transaction(async (tx) => {
      const undone = tx.transaction(async (inner) => {
        await engine.webhooks.publish(inner, delivered(tenant, 'undone'));
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      await engine.webhooks.publish(tx, delivered(tenant, 'm1'));
    });
    await engine.receiver.arrived(1);
    expect(JSON.parse(engine.receiver.at('/a')[0]!.body)).toMatchObject({ data: { message: { id: 'm1' } } });
  });

  it.each([
    ['the server allows prepared transactions', `current_setting(text) returns text return '10'`],
    ['the queue of notifications fills up', 'pg_notification_queue_usage() returns float8 return 0.6'],
  ])('no event is announced in its transaction if %s', async (_, answering) => {
    await engine.query(`create schema answers; create function answers.${answering}`);
    try {
      const recorded = delivery();
      await engine.transaction(async (tx) => {
        await tx.query('set local search_path to answers, pg_catalog, public');
        await engine.webhooks.publish(tx, delivered(tenant, 'm1'));
        const locks = await tx.query(
          `select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()`,
        );
        expect(locks).toEqual([]);
      });
      await recorded;
    } finally {
      await engine.query('drop schema answers cascade');
    }
  });

  it('only one NOTIFY runs at a time; transactions that commit meanwhile share the next NOTIFY', async () => {
    const { url } = engine.first.dataSource.options as { url: string };
    const proxy = await DatabaseProxy.open(url);
    const web = await startWorker(proxy.url, { role: 'api', options: { worker: SELDOM } }, engine.log);
    const open = await publishing('open');
    try {
      const publish = (subject: string) =>
        web.dataSource.transaction((tx) => web.webhooks.publish(tx, delivered(tenant, subject)));
      proxy.timed = /^notify/;
      const first = proxy.hold('after', /^notify/);
      await publish('m0');
      const held = await first;
      for (let i = 1; i <= 10; i++) await publish(`m${i}`);
      held.release();
      await engine.receiver.arrived(11);
      expect(proxy.times).toHaveLength(2);
    } finally {
      await open.rollbackTransaction();
      await open.release();
      await web.close();
      await proxy.close();
    }
  });

  it('a process whose own worker has free slots does not announce, and a process with notify: false neither announces nor listens', async () => {
    const { url } = engine.first.dataSource.options as { url: string };
    const proxy = await DatabaseProxy.open(url);
    proxy.timed = /notify|listen/;
    const hosts = [
      await startWorker(proxy.url, { role: 'all', options: { worker: SELDOM } }, engine.log),
      await startWorker(
        proxy.url,
        { role: 'api', options: { worker: { ...SELDOM, notify: false } } },
        engine.log,
      ),
    ];
    try {
      await until('the process with notify to listen', async () => (await listening()) === 2);
      for (const { dataSource, webhooks } of hosts)
        await dataSource.transaction((tx) => webhooks.publish(tx, delivered(tenant, 'm1')));
      await engine.publish(delivered(tenant, 'm2'));
      await engine.receiver.arrived(3);
      expect(proxy.times).toHaveLength(1); // the LISTEN of the first process
    } finally {
      for (const host of hosts) await host.close();
      await proxy.close();
    }
  });

  it('a worker whose listening connection was ended gets notifications again as soon as the connection is back', async () => {
    const [{ pid }] = (await engine.query<{ pid: number }>(`select pid from ${WORKER_SESSIONS}`)) as [
      { pid: number },
    ];
    await engine.query('select pg_terminate_backend($1::int)', [pid]);
    const recorded = delivery();
    await engine.publish(delivered(tenant, 'm1'));
    await recorded;
    expect(aboutPolling(engine.log)).toEqual([
      expect.stringContaining('this worker polls until the connection is back'),
    ]);
  });

  it('a LISTEN that the server refuses is logged once, leaves no connection open, and is tried again', async () => {
    const { url } = engine.first.dataSource.options as { url: string };
    const proxy = await DatabaseProxy.open(url);
    proxy.refused = /^listen/;
    const host = await startWorker(proxy.url, { role: 'worker', options: { worker: SELDOM } }, engine.log);
    try {
      await until('the refused LISTEN to be tried again', () => proxy.refusals > 1);
      await until(
        'the connections of the refused LISTENs to end',
        async () => (await sessions('^select refused$')) === 0,
      );
      proxy.refused = null;
      await until('the worker to listen again', async () => (await listening()) === 2);
      expect(aboutPolling(engine.log)).toEqual([
        expect.stringContaining('this worker polls until the connection is back'),
      ]);
    } finally {
      await host.close();
      await proxy.close();
    }
  });
});

describe('Two workers that are notified of the same commits', () => {
  let engine: Engine;
  let quick: Worker;
  let proxy: DatabaseProxy;
  let other: Worker;
  const READ = /^with oldest/;
  beforeEach(async () => {
    engine = await Engine.start({ role: 'api', options: { worker: SELDOM } });
    quick = await engine.addWorker({ role: 'worker' });
    proxy = await DatabaseProxy.open((engine.first.dataSource.options as { url: string }).url);
    proxy.timed = READ;
    const listening = proxy.hold('after', /^listen webhooks_/);
    other = await startWorker(proxy.url, { role: 'worker', options: { worker: SELDOM } }, engine.log);
    await engine.endpoint('a', '/a');
    (await listening).release();
  });
  afterEach(async () => {
    await other.close();
    await proxy.close();
    await engine.close();
  });

  /** Announces an event to both workers; one of them finds that the other has relayed it. */
  async function loseOne(): Promise<void> {
    const reading = proxy.hold('before', READ);
    await engine.publish(delivered('a', 'm0'));
    await engine.receiver.arrived(1);
    (await reading).release();
    await until('the read of the other worker to end', () => proxy.times.length === 1);
  }

  it('one worker goes to standby, and does not read the database at each commit', async () => {
    // With these limits, a worker on standby reads the database after an hour at the earliest, so not during this test.
    other.module.get(PendingWork, { strict: false }).standby.limits = { minMs: 3_600_000, maxMs: 3_600_000 };
    await loseOne();
    for (let i = 1; i <= 5; i++) {
      await engine.publish(delivered('a', `m${i}`));
      await engine.receiver.arrived(1 + i);
    }
    expect(proxy.times).toHaveLength(1);
  });

  it('the worker on standby takes over when the other worker has ended', async () => {
    await loseOne();
    await quick.close();
    for (let i = 1; i <= 2; i++) {
      await engine.publish(delivered('a', `m${i}`));
      await engine.receiver.arrived(1 + i);
    }
  });
});

it('A connection that goes silent while it begins to listen delays neither the start nor the shutdown of a worker', async () => {
  const engine = await Engine.start();
  const { url } = engine.first.dataSource.options as { url: string };
  const proxy = await DatabaseProxy.open(url);
  const silent = proxy.hold('after', /^listen/);
  const host = await startWorker(proxy.url, { role: 'worker' }, engine.log);
  await silent;
  await host.close();
  await proxy.close();
  await engine.close();
});

it('A worker that gets no response while it begins to listen tries again on another connection', async () => {
  const engine = await Engine.start({ role: 'api' });
  const { url } = engine.first.dataSource.options as { url: string };
  const proxy = await DatabaseProxy.open(url);
  const worker = await startWorker(proxy.url, { role: 'worker', options: { worker: SELDOM } }, engine.log);
  const listening = () => engine.count(WORKER_SESSIONS);
  try {
    await until('the worker to listen', async () => (await listening()) === 1);
    worker.database.timeoutMs = 300;
    const silent = proxy.hold('after', /^listen/);
    await engine.query(`select pg_terminate_backend(pid) from ${WORKER_SESSIONS}`);
    await silent;
    await until('the worker to listen again', async () => (await listening()) === 1);
    expect(aboutPolling(engine.log)).not.toEqual([]);
  } finally {
    await worker.close();
    await proxy.close();
    await engine.close();
  }
});

it('Work whose NOTIFY was lost is found by polling, and the connection of the NOTIFY goes back to the pool', async () => {
  const engine = await Engine.start({ role: 'worker', options: { worker: { idlePollMs: 50 } } });
  const { url } = engine.first.dataSource.options as { url: string };
  const proxy = await DatabaseProxy.open(url);
  proxy.refused = /^notify/;
  const web = await startWorker(proxy.url, { role: 'api' }, engine.log);
  try {
    await engine.endpoint('a', '/a');
    for (const subject of ['m1', 'm2']) {
      const events = [delivered('a', subject), delivered('b', subject)];
      await web.dataSource.transaction((tx) => web.webhooks.publish(tx, events));
      await until('the NOTIFY to be refused', () => proxy.refusals > 0);
      proxy.refusals = 0;
    }
    await engine.receiver.arrived(2);
    expect(aboutPolling(engine.log)).toEqual([expect.stringContaining('find the work when they poll')]);
    const { master } = web.dataSource.driver as unknown as {
      master: Record<'idleCount' | 'totalCount', number>;
    };
    await until('all connections to be idle', () => master.idleCount === master.totalCount, 20_000);
  } finally {
    await web.close();
    await proxy.close();
    await engine.close();
  }
});

it("A worker's small statements run on the connection that listens, and on the pool if that connection goes silent", async () => {
  const engine = await Engine.start({ role: 'api' });
  await engine.endpoint('a', '/a');
  const { url } = engine.first.dataSource.options as { url: string };
  const proxy = await DatabaseProxy.open(url);
  // pg_stat_activity shows only the latest statement of a connection. The worker polls seldom, so that a poll does not
  // replace the statement that this test waits for.
  const options = { worker: { idlePollMs: 60_000, busyPollMs: 60_000 } };
  const worker = await startWorker(proxy.url, { role: 'worker', options }, engine.log);
  worker.database.timeoutMs = 500;
  const ofWorkers = (statement: string) =>
    engine.count(`${WORKER_SESSIONS} and query like '%' || $1 || '%'`, [statement]);
  await until('the worker to poll on the connection that listens', () => ofWorkers(POLL));

  const silent = proxy.hold('before', /for update of u skip locked/);
  await engine.publish(delivered('a', 'm1'));
  await silent;
  await engine.receiver.arrived(1);
  expect(engine.log.errors.splice(0)).toEqual([
    expect.stringContaining('did not finish the work within 500 ms'),
  ]);

  await until('the worker to poll on that connection again', () => ofWorkers(POLL));
  await engine.publish(delivered('a', 'm2'));
  await engine.receiver.arrived(2);
  await until('the worker to record on that connection', () => ofWorkers('attempts = 1,'));
  await worker.close();
  await proxy.close();
  await engine.close();
});
