// How fast is a full queue delivered, compared with the peers and with loops that have no queue?
const { contenders } = require('./contenders/index.js');
const { race } = require('./race/race.js');
const { report, target } = require('./script/report.js');
const { script } = require('./script/script.js');
const { fastestPeer, medianOf, raceTable } = require('./race/race-results.js');

script(
  { minutes: 60, options: { deliveries: 20_000, rounds: 5, inflight: 64, only: '', profile: false } },
  async ({ deliveries, rounds, inflight, only, profile }, defer) => {
    const chosen = contenders.filter(({ name }) => name.includes(only));
    const options = { deliveries, rounds, inFlight: inflight, warmUp: Math.min(deliveries, 5_000), profile };
    const { results, stores, skipped } = await race(chosen, options, defer);
    report({
      // A partial run must not overwrite the result of a full one.
      name: only === '' && !profile ? 'drain' : 'drain-part',
      options: { deliveries, rounds, inflight },
      table: raceTable(results),
      targets: targetsOf(results),
      stores,
      notes: [
        ...skipped.map((each) => `Skipped ${each}`),
        ...chosen.map(({ name, lacks }) => `${name} lacks ${lacks}`),
      ],
      details: results,
    });
  },
);

function targetsOf(results) {
  const axios = medianOf(results, 'ours (axios)');
  const undici = medianOf(results, 'ours (undici)');
  const targets = [
    target(
      "ours (axios) / loop: engine's axios over undici",
      axios / medianOf(results, "loop: engine's axios over undici"),
      { atLeast: 0.7 },
    ),
    target('ours (undici) / loop: undici', undici / medianOf(results, 'loop: undici'), { atLeast: 0.55 }),
    target('ours (axios) / loop: axios', axios / medianOf(results, 'loop: axios'), { atLeast: 1 }),
    target('ours (axios): statements per delivery', medianOf(results, 'ours (axios)', 'statements'), {
      atMost: 0.05,
    }),
    target('ours (undici): statements per delivery', medianOf(results, 'ours (undici)', 'statements'), {
      atMost: 0.05,
    }),
  ];
  for (const [client, own, atLeast] of /** @type {const} */ ([
    ['undici', undici, 1.3],
    ['axios', axios, 1.8],
  ])) {
    const peer = fastestPeer(results, client);
    if (!peer) continue;
    targets.unshift(
      target(
        `ours (${client}) / ${peer.contender.name}, the fastest peer`,
        own / peer.figures.perSecond.median,
        { atLeast },
      ),
    );
  }
  return targets.filter(({ value }) => !Number.isNaN(value));
}
