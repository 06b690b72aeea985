// The short benchmark for CI. Installs and builds what it needs, and takes less than three minutes. Because machines are noisy,
// it fails only on a collapse: a ratio below half of its target, or more than 0.2 statements per delivery. Ratios compare best
// rounds, because other load on the machine can only slow a round down.
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
const { bestOf, fastestPeer, medianOf, raceTable } = require('./race/race-results.js');

const MAX_STATEMENTS_PER_DELIVERY = 0.2;

script(
  { minutes: 5, options: { deliveries: 3_000, rounds: 5, inflight: 64 } },
  async ({ deliveries, rounds, inflight }, defer) => {
    const chosen = contenders.filter(({ store }) => store !== 'always');
    const options = { deliveries, rounds, inFlight: inflight, warmUp: 1_000, seconds: 75 };
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
        'These targets are half of the real ones and compare best rounds: they detect a collapse.',
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
  for (const [client, loop, ofLoop, ofPeer] of /** @type {const} */ ([
    ['axios', "loop: engine's axios over undici", 0.7, 1.8],
    ['undici', 'loop: undici', 0.55, 1.3],
  ])) {
    const own = bestOf(results, `ours (${client})`);
    const peer = fastestPeer(results, client, 'max');
    found.push(target(`ours (${client}) / ${loop}`, own / bestOf(results, loop), { atLeast: ofLoop / 2 }));
    if (peer)
      found.push(
        target(`ours (${client}) / ${peer.contender.name}`, own / peer.figures.perSecond.max, {
          atLeast: ofPeer / 2,
        }),
      );
    found.push(
      target(
        `ours (${client}): statements per delivery`,
        medianOf(results, `ours (${client})`, 'statements'),
        { atMost: MAX_STATEMENTS_PER_DELIVERY },
      ),
    );
  }
  return found;
}
