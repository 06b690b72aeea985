// The short benchmark for CI. Installs and builds what it needs, and takes about three minutes. Because machines are noisy, it
// fails only on a collapse: a ratio below half of its target, or more than 0.2 statements per delivery. A ratio is the median over
// the rounds of the ratio within each round: the best round of each contender may come from minutes in which the machine ran at
// another speed, and the best of many is mostly luck.
const { execFileSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { buildEngine } = require('./testbed/engine.js');

// This comes first, because the files required below need the peers.
if (!existsSync(join(__dirname, 'node_modules/.package-lock.json'))) {
  console.log('npm ci --prefix bench');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: __dirname,
    stdio: 'inherit',
  });
}
buildEngine();

const { contenders } = require('./contenders/index.js');
const { race } = require('./race/race.js');
const { report, target } = require('./script/report.js');
const { script } = require('./script/script.js');
const { medianOf, peersOf, raceTable, ratioOf } = require('./race/race-results.js');

const MAX_STATEMENTS_PER_DELIVERY = 0.2;

/** The loops that the targets compare with. */
const LOOPS = { axios: "loop: engine's axios over undici", undici: 'loop: undici' };

script(
  { minutes: 6, options: { deliveries: 4_000, rounds: 9, inflight: 64 } },
  async ({ deliveries, rounds, inflight }, defer) => {
    const loops = Object.values(LOOPS);
    const chosen = contenders.filter(({ kind, name, store }) =>
      kind === 'loop' ? loops.includes(name) : store !== 'always',
    );
    const options = { deliveries, rounds, inFlight: inflight, warmUp: 1_000, seconds: 150 };
    const { results, stores, skipped } = await race(chosen, options, defer);
    const targets = targetsOf(results);
    report({
      name: 'short',
      options: { deliveries, rounds, inflight },
      table: raceTable(results),
      targets,
      stores,
      notes: [
        ...skipped.map((each) => `Skipped ${each}`),
        'These targets are half of the real ones: they detect a collapse.',
      ],
      details: results,
    });
    const missed = targets.filter(({ met }) => !met);
    for (const { what, value } of missed) console.error(`Collapsed: ${what} is ${value.toPrecision(3)}`);
    return missed.length === 0 ? 0 : 1;
  },
);

function targetsOf(results) {
  const found = [];
  for (const [client, ofLoop, ofPeer] of /** @type {const} */ ([
    ['axios', 0.7, 1.8],
    ['undici', 0.55, 1.3],
  ])) {
    const own = `ours (${client})`;
    const ratio = (other, atLeast) =>
      found.push(target(`${own} / ${other}`, ratioOf(results, own, other), { atLeast }));
    ratio(LOOPS[client], ofLoop / 2);
    for (const { contender } of peersOf(results, client)) ratio(contender.name, ofPeer / 2);
    found.push(
      target(`${own}: statements per delivery`, medianOf(results, own, 'statements'), {
        atMost: MAX_STATEMENTS_PER_DELIVERY,
      }),
    );
  }
  return found;
}
