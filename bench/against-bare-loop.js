// 20,000 deliveries to 100 endpoints, against `axios.post` in a loop: no database, the same bodies, the same run.
const { contendersNamed } = require('./contenders/index.js');
const { race } = require('./lib/race.js');
const { report, target } = require('./lib/report.js');
const { script } = require('./lib/script.js');
const { medianOf, standingsTable } = require('./lib/standings.js');

const OURS = 'ours (axios)';
const LOOP = 'loop: axios';

script(
  { minutes: 20, options: { deliveries: 20_000, rounds: 5, inflight: 64 } },
  async ({ deliveries, rounds, inflight }, defer) => {
    const options = { deliveries, rounds, inFlight: inflight, warmUp: Math.min(deliveries, 5_000) };
    const { standings, stores } = await race(contendersNamed([OURS, LOOP]), options, defer);
    report({
      name: 'against-bare-loop',
      options: { deliveries, rounds, inflight },
      table: standingsTable(standings),
      targets: [
        target(`${OURS} / ${LOOP}`, medianOf(standings, OURS) / medianOf(standings, LOOP), { atLeast: 1 }),
      ],
      stores,
      notes: [
        'The loop has as many in flight, a keep-alive agent, and bodies that are ready. Neither the database nor the relay slows it.',
      ],
      details: standings,
    });
  },
);
