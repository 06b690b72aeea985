// Writes RESULTS.md from the JSON files in results/: the last run of each script.
const { readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { short } = require('./measure/figures.js');

const ORDER = [
  'drain',
  'against-bare-loop',
  'http',
  'latency',
  'rates',
  'publish',
  'capture',
  'isolation',
  'backlog',
  'history',
  'idle',
  'scale',
  'wal',
  'limit',
  'lists',
  'portal-start',
];

const folder = join(__dirname, 'results');
const found = readdirSync(folder).filter((name) => ORDER.includes(name.replace('.json', '')));
const results = found
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
  .toSorted((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
writeFileSync(join(__dirname, 'RESULTS.md'), `${document(results)}\n`);
console.log(`RESULTS.md: ${results.map(({ name }) => name).join(', ')}`);

function document(all) {
  return [
    '# Results',
    'Written by `node bench/results.js` from the last run of each script. [README.md](README.md) says how each script measures.',
    ...all.map(section),
  ].join('\n\n');
}

function section({ name, at, commit, machine, options, stores, table: rows, targets, notes }) {
  const { cpu, cores, memoryGb, kernel, node } = machine;
  const flags = Object.entries(options).filter(([, value]) => value !== '' && value !== false);
  return [
    `## ${name}`,
    `\`node bench/${name}.js ${flags.map(([flag, value]) => `--${flag} ${value}`).join(' ')}\``,
    `${at.slice(0, 10)}, commit ${commit}, Node ${node}, ${cores} × ${cpu}, ${memoryGb} GB, Linux ${kernel}.`,
    table(rows),
    targets.length === 0
      ? ''
      : table(
          targets.map(({ what, target, value, unit, met }) => ({
            what,
            target,
            got: `${short(value)}${unit && ` ${unit}`}`,
            '': met ? 'met' : '**missed**',
          })),
        ),
    ...Object.entries(stores).map(
      ([store, settings]) =>
        `${store}: ${Object.entries(settings)
          .map(([key, value]) => `${key} ${typeof value === 'number' ? short(value) : value}`)
          .join(', ')}.`,
    ),
    notes.map((note) => `- ${note}`).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function table(rows) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value) =>
    value === undefined || value === null
      ? ''
      : typeof value === 'number'
        ? short(value)
        : String(value).replaceAll('|', '\\|');
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(columns.map((column) => cell(row[column])))),
  ].join('\n');
}
