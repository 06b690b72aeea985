// The end of a benchmark: prints a table and its targets, and writes both as JSON to results/.
const { execFileSync } = require('node:child_process');
const { mkdirSync, writeFileSync } = require('node:fs');
const os = require('node:os');
const { join } = require('node:path');
const { short } = require('../measure/figures.js');

/**
 * @typedef {{ what: string, target: string, value: number, unit?: string, met: boolean }} Target
 */

/**
 * Returns a target and whether it is met. `limit` is the minimum (`atLeast`) or the maximum (`atMost`) of `value`.
 *
 * @param {string} what
 * @param {number} value
 * @param {{ atLeast?: number, atMost?: number, unit?: string }} limit
 * @returns {Target}
 */
function target(what, value, { atLeast, atMost, unit = '' }) {
  const met = (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
  const bounds = [
    atLeast === undefined ? [] : `>= ${short(atLeast)}`,
    atMost === undefined ? [] : `<= ${short(atMost)}`,
  ];
  return { what, target: `${bounds.flat().join(' and ')}${unit && ` ${unit}`}`, value, unit, met };
}

/**
 * Prints the result and writes `results/<name>.json`.
 *
 * @param {object} result
 * @param {string} result.name of the script
 * @param {Record<string, unknown>} result.options
 * @param {Record<string, unknown>[]} result.table rows to print; numbers are rounded
 * @param {Target[]} result.targets
 * @param {Record<string, unknown>} [result.stores] versions and settings of the databases
 * @param {string[]} [result.notes]
 * @param {unknown} [result.details] for the JSON file only
 */
function report({ name, options, table, targets, stores = {}, notes = [], details }) {
  console.log(`\n${name} ${JSON.stringify(options)}\n`);
  console.log(formatTable(table));
  if (targets.length > 0) console.log(`\n${formatTable(targets.map(targetRow))}`);
  for (const [store, description] of Object.entries(stores))
    console.log(`\n${store}: ${JSON.stringify(description)}`);
  for (const note of notes) console.log(`- ${note}`);
  const folder = join(__dirname, '../results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  const result = {
    name,
    at: new Date().toISOString(),
    commit: commit(),
    machine: machine(),
    options,
    stores,
    table,
    targets,
    notes,
    details,
  };
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  console.log(`\nresults/${name}.json`);
}

function targetRow({ what, target: wanted, value, unit, met }) {
  return { what, target: wanted, got: `${short(value)}${unit && ` ${unit}`}`, '': met ? 'met' : 'MISSED' };
}

/** @param {Record<string, unknown>[]} rows */
function formatTable(rows) {
  if (rows.length === 0) return '';
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [columns, ...rows.map((row) => columns.map((column) => cell(row[column])))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i].length)));
  const isNumber = columns.map((column) => rows.every((row) => typeof (row[column] ?? 0) === 'number'));
  return cells
    .map((line) =>
      line
        .map((text, i) => (isNumber[i] ? text.padStart(widths[i]) : text.padEnd(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cell(value) {
  if (value === undefined || value === null) return '';
  return typeof value === 'number' ? short(value) : String(value);
}

function machine() {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model,
    cores: cpus.length,
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    kernel: os.release(),
    node: process.version,
    load: os.loadavg().map((value) => Number(value.toFixed(2))),
  };
}

function commit() {
  try {
    const git = (...args) =>
      execFileSync('git', args, { cwd: __dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const changed = git('status', '--porcelain', '--', '../../libs').trim() !== '';
    return git('rev-parse', '--short', 'HEAD').trim() + (changed ? ' and changes' : '');
  } catch {
    return null; // Not a clone.
  }
}

module.exports = { formatTable, report, target };
