// The short version, for CI: installs and builds what it needs, takes under three minutes, and fails on a collapse alone,
// since machines are noisy: a ratio below half its target, or more than 0.2 statements for a delivery. Ratios are of best
// rounds: what else a machine does only ever slows one.
const { execFileSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { buildEngine } = require('./lib/engine.js');

// Before anything of node_modules is needed: the scripts below it require the peers.
if (!existsSync(join(__dirname, 'node_modules/.package-lock.json'))) {
  console.log('npm ci --prefix bench');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: __dirname,
    stdio: 'inherit',
  });
}
buildEngine();

const { contenders } = require('./contenders/index.js');
const { race } = require('./lib/race.js');
const { report, target } = require('./lib/report.js');
const { script } = require('./lib/script.js');
const { bestOf, fastestPeer, medianOf, standingsTable } = require('./lib/standings.js');

const STATEMENTS = 0.2;

script(
  { minutes: 5, options: { deliveries: 3_000, rounds: 5, inflight: 64 } },
  async ({ deliveries, rounds, inflight }, defer) => {
    const chosen = contenders.filter(({ store }) => store !== 'always');
    const options = { deliveries, rounds, inFlight: inflight, warmUp: 1_000, seconds: 75 };
    const { standings, stores, skipped } = await race(chosen, options, defer);
    const targets = collapses(standings);
    report({
      name: 'short',
      options: { deliveries, rounds, inflight },
      table: standingsTable(standings),
      targets,
      stores,
      notes: [
        ...skipped.map((each) => `Skipped ${each}`),
        'Targets here are half of the real ones, and of best rounds: this guards against a collapse.',
      ],
      details: standings,
    });
    const missed = targets.filter(({ met }) => !met);
    for (const { what, value } of missed) console.error(`Collapsed: ${what} is ${value.toPrecision(3)}`);
    return missed.length === 0 ? 0 : 1;
  },
);

function collapses(standings) {
  const found = [];
  for (const [client, loop, ofLoop, ofPeer] of /** @type {const} */ ([
    ['axios', "loop: engine's axios over undici", 0.7, 1.8],
    ['undici', 'loop: undici', 0.55, 1.3],
  ])) {
    const own = bestOf(standings, `ours (${client})`);
    const peer = fastestPeer(standings, client, 'max');
    found.push(target(`ours (${client}) / ${loop}`, own / bestOf(standings, loop), { atLeast: ofLoop / 2 }));
    if (peer)
      found.push(
        target(`ours (${client}) / ${peer.contender.name}`, own / peer.figures.perSecond.max, {
          atLeast: ofPeer / 2,
        }),
      );
    found.push(
      target(
        `ours (${client}): statements per delivery`,
        medianOf(standings, `ours (${client})`, 'statements'),
        { atMost: STATEMENTS },
      ),
    );
  }
  return found;
}
