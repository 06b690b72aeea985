// The short benchmark for CI. Installs and builds what it needs, and takes about three minutes. A ratio is the deliveries
// per second of this project, divided by those of another contender. Because machines are noisy, the benchmark fails only on
// a collapse: a ratio below 60 % of the published ratio (results/drain.json), or more than 0.2 statements per delivery.
// A ratio is computed within each round, and the median of the rounds counts. The best rounds of two contenders are
// not compared: a best round is mostly luck, and the speed of the machine may have changed between the two rounds.
const { execFileSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { buildEngine } = require('./testbed/engine.js');

// The installation comes first, because the files required below need the installed packages.
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
/** A measured ratio below this share of the published one is a collapse. */
const MIN_SHARE = 0.6;
/** @type {import('./race/race.js').RaceResult[]} */
const published = require('./results/drain.json').details;

/** For each HTTP client: the loop that this project is compared with. */
const LOOPS = { axios: "loop: engine's axios over undici", undici: 'loop: undici' };

script(
  { minutes: 6, options: { deliveries: 10_000, rounds: 3, inflight: 64 } },
  async ({ deliveries, rounds, inflight }, defer) => {
    const loops = Object.values(LOOPS);
    const chosen = contenders.filter(({ kind, name, store }) =>
      kind === 'loop' ? loops.includes(name) : store !== 'always',
    );
    const options = { deliveries, rounds, inFlight: inflight, warmUp: 1_000, seconds: 200 };
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
        'These targets detect a collapse. Those for ratios are 60 % of the published ratios.',
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
  for (const client of /** @type {const} */ (['axios', 'undici'])) {
    const own = `ours (${client})`;
    const others = [LOOPS[client], ...peersOf(results, client).map(({ contender }) => contender.name)];
    for (const other of others) {
      const atLeast = MIN_SHARE * (medianOf(published, own) / medianOf(published, other));
      found.push(target(`${own} / ${other}`, ratioOf(results, own, other), { atLeast }));
    }
    found.push(
      target(`${own}: statements per delivery`, medianOf(results, own, 'statements'), {
        atMost: MAX_STATEMENTS_PER_DELIVERY,
      }),
    );
  }
  return found;
}
