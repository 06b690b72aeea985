// Measures how many bytes of WAL an event and its delivery write, by table or index and by kind of record. The measured steps
// are publishing, draining a full queue, and a steady rate. An example:
//   node bench/wal.js --deliveries 20000 --rate 100 --seconds 10 --inflight 64
const { join } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { watchWal } = require('./measure/wal-records.js');
const { CREATE } = require('./pace/host-row.js');
const { prepare } = require('./pace/ours.js');
const { report } = require('./script/report.js');
const { script } = require('./script/script.js');
const { startChild } = require('./testbed/child-process.js');
const { startPostgres } = require('./testbed/postgres.js');
const { startReceiver } = require('./testbed/receiver.js');

/** Kinds of record with fewer bytes per event are added up in one row. */
const MIN_BYTES = 2;
const ARRIVAL_SECONDS = 120;
const SETTLE_MS = 500;
const WARM_UP = { perSecond: 100, count: 300 };

script(
  { minutes: 10, options: { deliveries: 20_000, rate: 100, seconds: 10, inflight: 64 } },
  async ({ deliveries, rate, seconds, inflight: inFlight }, defer) => {
    const receiver = await startReceiver();
    defer(() => receiver.end());
    const postgres = await startPostgres(defer);
    const config = { file: 'ours.js', client: 'undici', inFlight, origin: receiver.origin };
    const testbed = { postgres, receiver, defer };
    const steps = [
      ...(await drain(config, deliveries, testbed)),
      await pace(config, { rate, count: rate * seconds }, testbed),
    ];
    report({
      name: 'wal',
      options: { deliveries, rate, seconds, inflight: inFlight },
      table: tableOf(steps),
      targets: [],
      stores: { postgres: await postgres.describe() },
      notes: [
        'Bytes per event. Only the last line counts images of whole pages.',
        `"publish": transactions of 1,000 events each. "at ${rate}/s": transactions of one event and a row of the host's own, in one process, right after a checkpoint.`,
      ],
      details: Object.fromEntries(steps.map(({ name, ...step }) => [name, step])),
    });
  },
);

async function drain(config, count, { postgres, receiver, defer }) {
  const databaseUrl = await createDatabase('wal_drain', postgres, defer);
  const child = startChild(join(__dirname, 'race/contender-process.js'));
  defer(() => child.end());
  await child.call('open', { ...config, databaseUrl });
  const wal = await watchWal(await postgres.connect(databaseUrl));
  await wal.start();
  await child.call('prepare', { first: 0, count });
  const published = stepOf('publish', count, await wal.read());
  await postgres.checkpoint();
  await receiver.reset();
  await wal.start();
  await child.call('start', {});
  await receiver.arrived(count, ARRIVAL_SECONDS);
  await child.call('finish', { withinMs: ARRIVAL_SECONDS * 1000 });
  const drained = stepOf('drain', count, await wal.read());
  await child.call('stop');
  return [published, drained];
}

async function pace(config, { rate, count }, { postgres, receiver, defer }) {
  const databaseUrl = await createDatabase('wal_pace', postgres, defer);
  const sql = await postgres.connect(databaseUrl);
  await sql.query(CREATE);
  await prepare({ databaseUrl, sql, origin: receiver.origin });
  const child = startChild(join(__dirname, 'pace/pace-process.js'));
  defer(() => child.end());
  await child.call('open', { ...config, databaseUrl, role: 'both' });
  const publish = async (perSecond, events) => {
    await receiver.reset();
    await child.call('publishAtRate', { perSecond, count: events });
    await receiver.arrived(events, ARRIVAL_SECONDS);
    await delay(SETTLE_MS); // so that recording the last outcome counts too
  };
  await publish(WARM_UP.perSecond, WARM_UP.count);
  await sql.query('vacuum analyze');
  await postgres.checkpoint();
  const wal = await watchWal(sql);
  await wal.start();
  await publish(rate, count);
  const step = stepOf(`at ${rate}/s`, count, await wal.read());
  await child.call('close');
  return step;
}

async function createDatabase(name, postgres, defer) {
  const url = await postgres.createDatabase(name);
  defer(() => postgres.dropDatabase(name));
  return url;
}

function stepOf(name, count, { bytes, pageBytes, records }) {
  const each = new Map(records.map((record) => [record.what, record.bytes / count]));
  return { name, bytes: bytes / count, pageBytes: pageBytes / count, records: Object.fromEntries(each) };
}

function tableOf(steps) {
  const names = [...new Set(steps.flatMap(({ records }) => Object.keys(records)))];
  const most = (what) => Math.max(...steps.map(({ records }) => records[what] ?? 0));
  const [large, small] = [(what) => most(what) >= MIN_BYTES, (what) => most(what) < MIN_BYTES].map((is) =>
    names.filter(is).toSorted((a, b) => most(b) - most(a)),
  );
  const line = (record, pick) => ({
    record,
    ...Object.fromEntries(steps.map((step) => [step.name, pick(step)])),
  });
  return [
    ...large.map((what) => line(what, ({ records }) => records[what] ?? 0)),
    line('others', ({ records }) => small.reduce((sum, what) => sum + (records[what] ?? 0), 0)),
    line('all, without images', ({ bytes, pageBytes }) => bytes - pageBytes),
    line('images of whole pages', ({ pageBytes }) => pageBytes),
  ];
}
