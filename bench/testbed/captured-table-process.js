// Measures updates of a host's table with and without the triggers of a capture, inside the host's own process. This process
// delivers nothing.
const { serve } = require('./child-process.js');
const { createHost } = require('./host.js');
const { runConcurrently } = require('../workload/run-concurrently.js');
const { monotonic } = require('../measure/monotonic-clock.js');
const { eventOf } = require('../workload/workload.js');
const { engine, hostPackage } = require('./engine.js');

const MESSAGES = 10_000;
/** Changes the value each time, so that the trigger fires. No index contains a changed column, so the UPDATE is as cheap as possible. */
const UPDATE = `update message set status = case status when 'sent' then 'delivered' else 'sent' end, at = now() where id = $1`;

let host;
let triggers;
let published = 0;

serve({
  async open({ clients, ...config }) {
    const { EntitySchema } = hostPackage('typeorm');
    const Message = new EntitySchema({
      name: 'message',
      columns: {
        id: { type: 'int', primary: true },
        accountId: { type: 'text' },
        from: { type: 'text' },
        to: { type: 'text' },
        body: { type: 'text' },
        providerId: { type: 'text' },
        status: { type: 'text' },
        at: { type: 'timestamptz' },
      },
    });
    const { captureMigration } = engine();
    triggers = new (captureMigration(Message, { column: 'status' }))();
    host = await createHost({ ...config, role: 'api', poolSize: clients, entities: [Message] });
    await host.app.init();
    await host.dataSource.query(
      `create table message (id int primary key, "accountId" text not null, "from" text not null, "to" text not null,
                             body text not null, "providerId" text not null, status text not null, at timestamptz not null)`,
    );
    const { from, to, body, providerId } = eventOf(0).data.message;
    await host.dataSource.query(
      `insert into message select n, 'tenant_1', $2, $3, $4, $5, 'sent', now() from generate_series(0, $1 - 1) n`,
      [MESSAGES, from, to, body, providerId],
    );
  },

  /**
   * Returns how many UPDATEs per second `clients` simultaneous clients run. With `inTransaction`, each UPDATE runs in a
   * transaction of its own, otherwise as a single statement. `beside` names what is measured besides the UPDATE: `nothing`,
   * `trigger` (the triggers of a capture exist), or `publish` (each transaction also publishes an event; only with
   * `inTransaction`).
   */
  async updates({ beside, inTransaction, clients, seconds }) {
    const { dataSource, webhooks } = host;
    await setTriggers(beside === 'trigger');
    await dataSource.query('truncate webhook_changes');
    await dataSource.query('vacuum analyze message');
    const end = monotonic() + seconds * 1000;
    let done = 0;
    await runConcurrently(clients, clients, async (client) => {
      for (let i = client; monotonic() < end; i += clients) {
        if (inTransaction) {
          await dataSource.transaction(async (tx) => {
            await tx.query(UPDATE, [i % MESSAGES]);
            if (beside === 'publish') await webhooks.publish(tx, eventOf(published++));
          });
        } else {
          await dataSource.query(UPDATE, [i % MESSAGES]);
        }
        done++;
      }
    });
    const [{ count }] = await dataSource.query('select count(*)::int as count from webhook_changes');
    const expected = beside === 'trigger' ? done : 0;
    if (count !== expected)
      throw new Error(`${expected} changes must be captured, but ${count} were captured`);
    return done / seconds;
  },
});

async function setTriggers(areThere) {
  const runner = host.dataSource.createQueryRunner();
  try {
    await (areThere ? triggers.up(runner) : triggers.down(runner));
  } finally {
    await runner.release();
  }
}
