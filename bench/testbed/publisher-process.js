// Measures what publishing costs the host, inside the host's own process. This process delivers nothing.
const { serve } = require('./child-process.js');
const { createHost } = require('./host.js');
const { randomUUID } = require('node:crypto');
const { runConcurrently } = require('../workload/run-concurrently.js');
const { monotonic } = require('../measure/monotonic-clock.js');
const { processCpuMs } = require('../measure/cpu-of-this-process.js');
const { eventOf } = require('../workload/workload.js');
const { hostPackage } = require('./engine.js');

const MESSAGES = 10_000;

let host;
/** The statement that `publish` sends for one event, and its parameters. */
let bareStatement;
let published = 0;

serve({
  async open({ clients, ...config }) {
    host = await createHost({ ...config, role: 'api', poolSize: clients });
    await host.app.init();
    await host.dataSource.query(
      'create table message (id int primary key, status text not null, at timestamptz)',
    );
    await host.dataSource.query(
      `insert into message select n, 'sent', now() from generate_series(0, $1 - 1) n`,
      [MESSAGES],
    );
    await host.dataSource.query('vacuum analyze message');
    await host.dataSource.query(
      `create table message_history (id bigserial primary key, message_id int not null, status text not null,
                                     at timestamptz not null, note text not null)`,
    );
    bareStatement = await captureStatement();
  },

  /**
   * Returns the CPU time (µs) of one `publish`, or of the bare statement that `publish` sends: the mean of `count` calls in one
   * transaction.
   */
  async measureCpu({ what, count }) {
    return host.dataSource.transaction(async (tx) => {
      const ready = Array.from({ length: count }, () =>
        what === 'publish' ? eventOf(published++) : parameters(randomUUID()),
      );
      globalThis.gc?.();
      const began = processCpuMs();
      if (what === 'publish') for (const event of ready) await host.webhooks.publish(tx, event);
      else for (const each of ready) await tx.query(bareStatement.text, each);
      return ((processCpuMs() - began) * 1000) / count;
    });
  },

  /**
   * Returns host transactions per second of `clients` simultaneous clients. Each transaction does one UPDATE.
   * `beside` is the rest of the transaction: `nothing`, `publish` (one event), or `insert` (one row of the host).
   */
  async transactions({ beside, clients, seconds }) {
    await host.dataSource.query('truncate message_history');
    const end = monotonic() + seconds * 1000;
    let done = 0;
    await runConcurrently(clients, clients, async (client) => {
      for (let i = client; monotonic() < end; i += clients) {
        await host.dataSource.transaction(async (tx) => {
          await tx.query('update message set status = $2, at = now() where id = $1', [
            i % MESSAGES,
            'delivered',
          ]);
          if (beside === 'publish') await host.webhooks.publish(tx, eventOf(published++));
          if (beside === 'insert')
            await tx.query(
              'insert into message_history (message_id, status, at, note) values ($1, $2, now(), $3)',
              [i % MESSAGES, 'delivered', JSON.stringify(eventOf(i).data)],
            );
        });
        done++;
      }
    });
    return done / seconds;
  },

  /** Returns the duration (ms) of one `publish` of `count` events and of its commit. */
  async publishBulk({ count }) {
    const events = Array.from({ length: count }, () => eventOf(published++));
    globalThis.gc?.();
    const began = monotonic();
    await host.dataSource.transaction((tx) => host.webhooks.publish(tx, events));
    return monotonic() - began;
  },
});

async function captureStatement() {
  const { Client } = hostPackage('pg');
  const { query } = Client.prototype;
  const seen = [];
  Client.prototype.query = function (...args) {
    seen.push(args);
    return query.apply(this, args);
  };
  try {
    await host.dataSource.transaction((tx) => host.webhooks.publish(tx, eventOf(published++)));
  } finally {
    Client.prototype.query = query;
  }
  const statements = seen.map(([first, second]) =>
    typeof first === 'string' ? { text: first, values: second } : first,
  );
  const own = statements.filter(({ text }) => !/^(start transaction|commit)$/i.test(text));
  if (own.length !== 1)
    throw new Error(`One publish must send one statement: ${statements.map(({ text }) => text).join('; ')}`);
  const { text, values } = own[0];
  const id = values.findIndex((value) => /^[0-9a-f]{8}-[0-9a-f]{4}-7/.test(String(value)));
  return { text, values, id };
}

function parameters(uuid) {
  const values = [...bareStatement.values];
  values[bareStatement.id] = uuid;
  return values;
}
