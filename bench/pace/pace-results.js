// The table, the targets and the picture of `rates.js`.
const { median } = require('../measure/figures.js');
const { lineChart } = require('../script/line-chart.js');
const { target } = require('../script/report.js');

/**
 * Returns `figure(name, rate, pick)`, which returns the median of the rounds of one contender at one rate.
 *
 * @param {Map<string, Map<any, import('./walk.js').Step>[]>} walks
 */
function figuresOf(walks) {
  return (name, rate, pick) =>
    median((walks.get(name) ?? []).flatMap((steps) => (steps.has(rate) ? [pick(steps.get(rate))] : [])));
}

const planShare = ({ each }) => (each.planMs / (each.planMs + each.executionMs)) * 100;

function paceTable(contenders, rates, figure) {
  return contenders.flatMap(({ name }) =>
    rates.map((rate) => {
      const of = (pick) => figure(name, rate, pick);
      return {
        contender: name,
        rate: String(rate),
        'per s': of(({ perSecond }) => perSecond),
        'p50 ms': of(({ sent }) => sent.p50),
        'p99 ms': of(({ sent }) => sent.p99),
        'p50 after commit': of(({ committed }) => committed.p50),
        'p99 after commit': of(({ committed }) => committed.p99),
        statements: of(({ each }) => each.statements),
        'plan µs': of(({ each }) => each.planMs * 1000),
        'execute µs': of(({ each }) => each.executionMs * 1000),
        'plan %': of(planShare),
        'WAL bytes': of(({ each }) => each.walBytes),
        'host CPU µs': of(({ each }) => each.hostMs * 1000),
        'worker CPU µs': of(({ each }) => each.workerMs * 1000),
        'store CPU µs': of(({ each }) => each.storeMs * 1000),
        'CPU µs': of(({ each }) => each.cpuMs * 1000),
      };
    }),
  );
}

/**
 * Targets with axios, most of them at 100 events a second. Differences and ratios compare a contender with `floor`, with
 * `least outbox`, or with itself at the rate `limit`, always in the same run.
 */
function paceTargets(figure) {
  const floor = 'floor (axios)';
  const targets = [
    ['ours in one process (axios)', 2],
    ['ours in two processes (axios)', 4],
  ].flatMap(([name, moreMs]) => {
    const p50 = (rate) =>
      figure(name, rate, ({ sent }) => sent.p50) - figure(floor, rate, ({ sent }) => sent.p50);
    const cpu = (rate) => figure(name, rate, ({ each }) => each.cpuMs);
    return [
      target(`${name}, 100/s: p50 minus the floor's p50`, p50(100), { atMost: moreMs, unit: 'ms' }),
      target(`${name}, 1/s: p50 minus the floor's p50`, p50(1), { atMost: moreMs, unit: 'ms' }),
      target(
        `${name}, 100/s: p99 beyond the floor's`,
        figure(name, 100, ({ sent }) => sent.p99) - figure(floor, 100, ({ sent }) => sent.p99),
        { atMost: 10, unit: 'ms' },
      ),
      target(
        `${name}, 100/s: statements per event`,
        figure(name, 100, ({ each }) => each.statements),
        { atMost: 6.5 },
      ),
      target(`${name}, 100/s: planning, share of database time`, figure(name, 100, planShare), {
        atMost: 10,
        unit: '%',
      }),
      target(`${name}: CPU per event, ratio of 100/s to the limit`, cpu(100) / cpu('limit'), { atMost: 2 }),
      target(
        `${name}, 100/s: CPU per event / the least outbox's`,
        cpu(100) / figure('least outbox (axios)', 100, ({ each }) => each.cpuMs),
        { atMost: 1.5 },
      ),
    ];
  });
  return targets.filter(({ value }) => !Number.isNaN(value));
}

/** Draws a line for each contender that is shown. Returns SVG. */
function picture(contenders, rates, figure) {
  const shown = contenders.filter(({ isShown }) => isShown);
  const lines = (pick) =>
    shown.map(({ name, line }) => ({ name: line, values: rates.map((rate) => figure(name, rate, pick)) }));
  return lineChart({
    places: rates.map(String),
    xLabel: 'events a second',
    panels: [
      { title: 'Commit to arrival, median (ms)', lines: lines(({ sent }) => sent.p50) },
      { title: 'CPU of everything per event (ms)', lines: lines(({ each }) => each.cpuMs) },
    ],
  });
}

module.exports = { figuresOf, paceTable, paceTargets, picture };
