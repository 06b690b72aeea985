// How fast a full queue empties, beside the peers and beside loops without any queue.
const { contenders } = require('./contenders/index.js');
const { race } = require('./lib/race.js');
const { report, target } = require('./lib/report.js');
const { script } = require('./lib/script.js');
const { fastestPeer, medianOf, standingsTable } = require('./lib/standings.js');

script(
  { minutes: 60, options: { deliveries: 20_000, rounds: 5, inflight: 64, only: '', profile: false } },
  async ({ deliveries, rounds, inflight, only, profile }, defer) => {
    const chosen = contenders.filter(({ name }) => name.includes(only));
    const options = { deliveries, rounds, inFlight: inflight, warmUp: Math.min(deliveries, 5_000), profile };
    const { standings, stores, skipped } = await race(chosen, options, defer);
    report({
      // A part must not pass for the whole.
      name: only === '' && !profile ? 'drain' : 'drain-part',
      options: { deliveries, rounds, inflight },
      table: standingsTable(standings),
      targets: targetsOf(standings),
      stores,
      notes: [
        ...skipped.map((each) => `Skipped ${each}`),
        ...chosen.map(({ name, lacks }) => `${name} does not do: ${lacks}`),
      ],
      details: standings,
    });
  },
);

function targetsOf(standings) {
  const axios = medianOf(standings, 'ours (axios)');
  const undici = medianOf(standings, 'ours (undici)');
  const targets = [
    target(
      "ours (axios) / loop: engine's axios over undici",
      axios / medianOf(standings, "loop: engine's axios over undici"),
      { atLeast: 0.7 },
    ),
    target('ours (undici) / loop: undici', undici / medianOf(standings, 'loop: undici'), { atLeast: 0.55 }),
    target('ours (axios) / loop: axios', axios / medianOf(standings, 'loop: axios'), { atLeast: 1 }),
    target('ours (axios): statements per delivery', medianOf(standings, 'ours (axios)', 'statements'), {
      atMost: 0.05,
    }),
    target('ours (undici): statements per delivery', medianOf(standings, 'ours (undici)', 'statements'), {
      atMost: 0.05,
    }),
  ];
  for (const [client, own, atLeast] of /** @type {const} */ ([
    ['undici', undici, 1.3],
    ['axios', axios, 1.8],
  ])) {
    const peer = fastestPeer(standings, client);
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
