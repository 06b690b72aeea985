// How much are other tenants delayed by a burst to an endpoint that takes 200 ms, or by an endpoint that hangs?
const { publishInBackground } = require('./workload/background-stream.js');
const { median } = require('./measure/figures.js');
const { startHost } = require('./testbed/start-host.js');
const { report, target } = require('./script/report.js');
const { script } = require('./script/script.js');
const { createTestbed } = require('./testbed/testbed.js');
const { insertEndpoints } = require('./testbed/tables.js');

/** Endpoints 0 to 19 belong to other tenants, one each; 20 is slow, 21 hangs. */
const OTHERS = { from: 0, to: 20 };
const SLOW = 20;
const HUNG = 21;

script(
  { minutes: 60, options: { rounds: 5, seconds: 45, rate: 50, burst: 5_000, queued: 1_000 } },
  async ({ rounds, seconds, rate, burst, queued }, defer) => {
    const testbed = await createTestbed(defer);
    const { receiver } = testbed;
    const database = await testbed.createDatabase('isolation');
    const behaviour = (endpoint) => ({ [SLOW]: 'slow-200', [HUNG]: 'hang' })[endpoint] ?? 'ok';
    const url = (endpoint) => `${receiver.origin}/${behaviour(endpoint)}/${endpoint}`;
    await insertEndpoints(database.client, { count: 22, url });

    const scenes = [
      { name: 'nothing else', endpoint: null, count: 0 },
      { name: `burst of ${burst} to an endpoint that takes 200 ms`, endpoint: SLOW, count: burst },
      { name: `${queued} queued for an endpoint that hangs`, endpoint: HUNG, count: queued },
    ];
    const results = scenes.map(() => []);
    for (let i = 0; i < rounds; i++) {
      for (const [place, { name, endpoint, count }] of scenes.entries()) {
        await database.empty();
        const host = await startHost({ databaseUrl: database.url, role: 'all' }, defer);
        await receiver.reset({ recording: '/' });
        const others = { publisher: host, receiver, perSecond: rate, ...OTHERS };
        await publishInBackground({ ...others, seconds: 3 });
        await receiver.reset({ recording: '/' });
        const stream = publishInBackground({ ...others, seconds });
        if (endpoint !== null)
          await host.call('publishInOneTransaction', { count, from: endpoint, to: endpoint + 1 });
        const times = await stream;
        const { paths } = await receiver.record();
        const sent = paths.filter((path) => path.endsWith(`/${endpoint}`)).length;
        results[place].push({ ...times, sent });
        // A graceful shutdown would wait for the requests that hang.
        await host.kill();
        console.log(
          `round ${i + 1}/${rounds}  ${name}: p99 of the others ${times.p99.toFixed(1)} ms, ${sent} requests to this endpoint`,
        );
      }
    }
    const of = (place, figure) => median(results[place].map((each) => each[figure]));
    report({
      name: 'isolation',
      options: { rounds, seconds, rate, burst, queued },
      table: scenes.map(({ name }, place) => ({
        meanwhile: name,
        'others p50 ms': of(place, 'p50'),
        'others p99 ms': of(place, 'p99'),
        'others max ms': of(place, 'max'),
        'requests to the endpoint': of(place, 'sent'),
      })),
      targets: [1, 2].map((place) =>
        target(`${scenes[place].name}: p99 of the others`, of(place, 'p99'), { atMost: 100, unit: 'ms' }),
      ),
      stores: { postgres: await testbed.postgres.describe() },
      notes: [
        `One process; 20 other tenants get ${rate} events/s for ${seconds} s, and the burst is published meanwhile; all endpoints are at one origin.`,
        'The burst is published in one transaction. The other tenants are measured during this transaction too.',
      ],
      details: results,
    });
  },
);
