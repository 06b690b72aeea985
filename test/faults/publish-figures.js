// @ts-check
// Runs the fault suite once for each seed (default 1, 2 and 3). If every run passes, writes the figures into
// docs/reliability.md:
//   npm run test:faults:publish
//   npm run test:faults:publish -- 4 5 6
// Needs a machine that does nothing else, because the suite measures times. Each seed takes about ten minutes.
const { spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { availableParallelism, tmpdir } = require('node:os');
const { join } = require('node:path');
const { tableOf } = require('./figures-table.js');

const ROOT = join(__dirname, '../..');
const PAGE = join(ROOT, 'docs/reliability.md');
const MARKERS = /(<!-- figures -->).*(<!-- \/figures -->)/s;

/** Runs the whole suite. Returns how long (minutes) it took. @param {string} seed @param {string} file where the figures go */
function run(seed, file) {
  const began = performance.now();
  const env = { ...process.env, FAULTS_SEED: seed, FAULTS_FIGURES: file };
  const { status } = spawnSync('npm', ['run', 'test:faults'], { cwd: ROOT, env, stdio: 'inherit' });
  if (status !== 0) throw new Error(`The suite failed with seed ${seed}: nothing is published.`);
  return (performance.now() - began) / 60_000;
}

/** @param {string} text */
async function publish(text) {
  const page = readFileSync(PAGE, 'utf8');
  if (!MARKERS.test(page)) throw new Error('docs/reliability.md has lost its <!-- figures --> markers.');
  const { format, resolveConfig } = await import('prettier');
  const written = page.replace(MARKERS, (_, begin, end) => `${begin}\n\n${text}\n\n${end}`);
  writeFileSync(PAGE, await format(written, { ...(await resolveConfig(PAGE)), filepath: PAGE }));
}

async function main() {
  const seeds = process.argv.length > 2 ? process.argv.slice(2) : ['1', '2', '3'];
  const folder = mkdtempSync(join(tmpdir(), 'sms-webhooks-figures-'));
  try {
    const file = join(folder, 'figures.jsonl');
    const minutes = seeds.map((seed) => run(seed, file).toFixed(0));
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    const figures = lines.map((line) => JSON.parse(line));
    const where = `Node ${process.versions.node}, ${availableParallelism()} cores`;
    const about = `${seeds.length} runs, seeds ${seeds.join(', ')}; ${minutes.join(', ')} minutes; ${where}. Counts are of all runs together.`;
    await publish(`${about}\n\n${tableOf(figures)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
