// Is this project faster than `axios.post` in a loop without a database? Both send 20,000 deliveries to 100 endpoints in the
// same run, with the same bodies.
const { contendersNamed } = require('./contenders/index.js');
const { race } = require('./race/race.js');
const { report, target } = require('./script/report.js');
const { script } = require('./script/script.js');
const { medianOf, raceTable } = require('./race/race-results.js');

const OURS = 'ours (axios)';
const LOOP = 'loop: axios';

script(
  { minutes: 20, options: { deliveries: 20_000, rounds: 5, inflight: 64 } },
  async ({ deliveries, rounds, inflight }, defer) => {
    const options = { deliveries, rounds, inFlight: inflight, warmUp: Math.min(deliveries, 5_000) };
    const { results, stores } = await race(contendersNamed([OURS, LOOP]), options, defer);
    report({
      name: 'against-bare-loop',
      options: { deliveries, rounds, inflight },
      table: raceTable(results),
      targets: [
        target(`${OURS} / ${LOOP}`, medianOf(results, OURS) / medianOf(results, LOOP), { atLeast: 1 }),
      ],
      stores,
      notes: [
        'The loop has a keep-alive agent, rendered bodies, and as many requests in flight as this project. It uses no database and no relay.',
      ],
      details: results,
    });
  },
);
