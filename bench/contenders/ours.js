// This project: publishes in the host's transaction, relays, claims, sends and records. The clock starts when the worker
// starts, so the time includes the relay and the module's start-up checks.
const { hostPackage, requireFromBuild } = require('../testbed/engine.js');
const { createHost, migrate } = require('../testbed/host.js');
const { emptyTables, insertEndpoints } = require('../testbed/tables.js');
const { eventOf } = require('../workload/workload.js');

const EVENTS_PER_TRANSACTION = 1_000;

/** @param {import('../race/contender-process.js').ContenderConfig} config */
async function open({ databaseUrl, client, inFlight, origin, connect }) {
  await migrate(databaseUrl);
  const sql = await connect(databaseUrl);
  await insertEndpoints(sql, { url: (endpoint) => `${origin}/ok/${endpoint}` });
  let host;
  let expected = 0;
  return {
    settings: { poolSize: 10, slots: inFlight },

    async prepare(first, count) {
      await emptyTables(sql);
      host = await createHost({
        databaseUrl,
        options: { network: { transport: client }, worker: { slots: inFlight }, ...observability() },
      });
      for (let from = first; from < first + count; from += EVENTS_PER_TRANSACTION) {
        const events = Array.from(
          { length: Math.min(EVENTS_PER_TRANSACTION, first + count - from) },
          (_, i) => eventOf(from + i),
        );
        await host.dataSource.transaction((tx) => host.webhooks.publish(tx, events));
      }
      await sql.query('vacuum analyze webhook_events, webhook_deliveries, webhook_leases');
      expected = count;
    },

    start: () => host.app.init(),

    isDone: async () => (await host.webhooks.stats()).recorded.delivered === expected,

    async stop() {
      await host.app.close();
      const { rows } = await sql.query(
        `select count(*) filter (where state = 'delivered')::int as delivered, count(*)::int as total from webhook_deliveries`,
      );
      if (rows[0].delivered !== expected || rows[0].total !== expected) {
        throw new Error(
          `${expected} events were published, but ${rows[0].delivered} of ${rows[0].total} deliveries are delivered.`,
        );
      }
    },
  };
}

/**
 * The options that the environment variable `OBSERVABILITY` turns on, to measure their cost. Nothing leaves the process.
 * - `prometheus`: metrics
 * - `metrics`: metrics of OpenTelemetry
 * - `opentelemetry`: metrics and traces of OpenTelemetry
 */
function observability() {
  const kind = process.env.OBSERVABILITY;
  if (!kind) return {};
  if (kind === 'prometheus') {
    const { Registry } = hostPackage('prom-client');
    const { prometheus } = requireFromBuild('prometheus/index.js');
    return { observability: prometheus({ registry: new Registry() }) };
  }
  const { MeterProvider } = hostPackage('@opentelemetry/sdk-metrics');
  const { BasicTracerProvider, BatchSpanProcessor } = hostPackage('@opentelemetry/sdk-trace-base');
  const { AsyncLocalStorageContextManager } = hostPackage('@opentelemetry/context-async-hooks');
  hostPackage('@opentelemetry/api').context.setGlobalContextManager(
    new AsyncLocalStorageContextManager().enable(),
  );
  const exporter = { export: (_spans, done) => done({ code: 0 }), shutdown: async () => undefined };
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  const { openTelemetry } = requireFromBuild('opentelemetry/index.js');
  const { metrics, traces } = openTelemetry({ meterProvider: new MeterProvider(), tracerProvider });
  return { observability: kind === 'metrics' ? { metrics } : { metrics, traces } };
}

module.exports = { open };
