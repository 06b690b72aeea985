// The table of a race, and the figures that its targets compare.
const { median } = require('../measure/figures.js');

/** @param {import('./race.js').RaceResult[]} results */
function raceTable(results) {
  return results.map(({ contender, figures }) => ({
    contender: contender.name,
    'per s': figures.perSecond.median,
    least: figures.perSecond.min,
    most: figures.perSecond.max,
    'worker µs': figures.workerCpu.median,
    'store µs': figures.storeCpu.median,
    'receiver µs': figures.receiverCpu.median,
    statements: figures.statements.median,
    'enqueue µs': figures.enqueue.median,
    connections: figures.connections.median,
    bytes: figures.bytes.median,
  }));
}

/** The median of a contender, or NaN if it did not run. @param {import('./race.js').RaceResult[]} results @param {string} name */
function medianOf(results, name, figure = 'perSecond') {
  return figuresOf(results, name)?.[figure].median ?? NaN;
}

/**
 * Divides the deliveries per second of one contender by those of another, for each round. Returns the median of these ratios,
 * or NaN if one contender did not run. In a round, the two contenders run within seconds of each other. If the speed of the
 * machine changes from minute to minute, both are affected.
 *
 * @param {import('./race.js').RaceResult[]} results
 * @param {string} name
 * @param {string} other
 */
function ratioOf(results, name, other) {
  const own = figuresOf(results, name)?.perSecond.rounds ?? [];
  const others = figuresOf(results, other)?.perSecond.rounds ?? [];
  return median(own.slice(0, others.length).map((perSecond, i) => perSecond / others[i]));
}

function figuresOf(results, name) {
  return results.find(({ contender }) => contender.name === name)?.figures;
}

/**
 * Returns the peers that use this HTTP client.
 *
 * @param {import('./race.js').RaceResult[]} results
 * @param {string} client
 */
function peersOf(results, client) {
  return results.filter(({ contender }) => contender.kind === 'peer' && contender.client === client);
}

/**
 * Of the peers that use this HTTP client, returns the one with the highest median, or `null` if none ran.
 *
 * @param {import('./race.js').RaceResult[]} results
 * @param {string} client
 */
function fastestPeer(results, client) {
  return peersOf(results, client).reduce(
    (best, each) => (!best || each.figures.perSecond.median > best.figures.perSecond.median ? each : best),
    /** @type {import('./race.js').RaceResult | null} */ (null),
  );
}

module.exports = { fastestPeer, medianOf, peersOf, raceTable, ratioOf };
