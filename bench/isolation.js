// What one tenant's bad day does to the others: a burst to an endpoint that answers in 200 ms, and an endpoint that hangs.
const { streamInBackground } = require('./lib/background.js');
const { median } = require('./lib/figures.js');
const { startHost } = require('./lib/host-child.js');
const { report, target } = require('./lib/report.js');
const { script } = require('./lib/script.js');
const { setStage } = require('./lib/stage.js');
const { insertEndpoints } = require('./lib/tables.js');

/** Endpoints 0 to 19 are the others', each a tenant's; 20 is slow, 21 hangs. */
const OTHERS = { from: 0, to: 20 };
const SLOW = 20;
const HUNG = 21;

script(
  { minutes: 60, options: { rounds: 5, seconds: 45, rate: 50, burst: 5_000, queued: 1_000 } },
  async ({ rounds, seconds, rate, burst, queued }, defer) => {
    const stage = await setStage(defer);
    const { receiver } = stage;
    const database = await stage.createDatabase('isolation');
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
        await streamInBackground({ ...others, seconds: 3 });
        await receiver.reset({ recording: '/' });
        const stream = streamInBackground({ ...others, seconds });
        if (endpoint !== null)
          await host.call('publishTogether', { count, from: endpoint, to: endpoint + 1 });
        const times = await stream;
        const { paths } = await receiver.record();
        const sent = paths.filter((path) => path.endsWith(`/${endpoint}`)).length;
        results[place].push({ ...times, sent });
        // A shutdown would wait for what hangs.
        await host.kill();
        console.log(
          `round ${i + 1}/${rounds}  ${name}: p99 of the others ${times.p99.toFixed(1)} ms, ${sent} sent to the one`,
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
        'p99 ms': of(place, 'p99'),
        'max ms': of(place, 'max'),
        'requests to the one': of(place, 'sent'),
      })),
      targets: [1, 2].map((place) =>
        target(`${scenes[place].name}: p99 of the others`, of(place, 'p99'), { atMost: 100, unit: 'ms' }),
      ),
      stores: { postgres: await stage.postgres.describe() },
      notes: [
        `One process; 20 other tenants at ${rate} events/s for ${seconds} s, from before the burst is published; all behind one origin.`,
        'Publishing the burst, one transaction, is in the time.',
      ],
      details: results,
    });
  },
);
