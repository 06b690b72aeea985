// @ts-check

/**
 * @typedef {{ file: string, scenario: string, seed: number, account: Record<string, number>, measured: Record<string, number> }} Figures
 * One line of the file that `FAULTS_FIGURES` names.
 */

/** Columns that are summed over the runs. Each name is a heading of the table. Each value is a field of `account`. */
const SUMS = {
  events: 'committed',
  deliveries: 'deliveries',
  requests: 'requests',
  repeated: 'duplicates',
  'at most': 'bound',
  lost: 'lost',
  invented: 'phantom',
  'still held': 'left',
};

/** @param {Figures[]} runs of one scenario @param {string} field */
const sum = (runs, field) => runs.reduce((all, { account }) => all + (account[field] ?? 0), 0);

/** @param {number} value */
const shown = (value) => value.toLocaleString('en-US');

/** The range of each further measurement over the runs. @param {Figures[]} runs */
function ranges(runs) {
  const names = Object.keys(runs[0]?.measured ?? {});
  return names
    .map((name) => {
      const values = runs.flatMap(({ measured }) => measured[name] ?? []);
      const [least, most] = [Math.min(...values), Math.max(...values)];
      return `${name}: ${least === most ? shown(least) : `${shown(least)} to ${shown(most)}`}`;
    })
    .join('; ');
}

/**
 * Returns the figures as a table in Markdown: a row for each scenario, and a row for all scenarios.
 * @param {Figures[]} figures
 */
function tableOf(figures) {
  /** @type {Map<string, Figures[]>} */
  const scenarios = new Map();
  for (const each of figures) scenarios.set(each.scenario, [...(scenarios.get(each.scenario) ?? []), each]);
  // The files run in no fixed order.
  const rows = [...scenarios].toSorted(([, [a]], [, [b]]) => (a?.file ?? '').localeCompare(b?.file ?? ''));
  const fields = Object.values(SUMS);
  const row = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [
    row(['scenario', ...Object.keys(SUMS), 'measured']),
    row(['---', ...fields.map(() => '---:'), '---']),
    ...rows.map(([name, runs]) =>
      row([name.replaceAll('|', '\\|'), ...fields.map((field) => shown(sum(runs, field))), ranges(runs)]),
    ),
    row([`**all ${scenarios.size}**`, ...fields.map((field) => `**${shown(sum(figures, field))}**`), '']),
  ].join('\n');
}

module.exports = { tableOf };
