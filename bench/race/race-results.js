// The table of a race, and the figures that its targets compare.

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

/** Deliveries per second in the best round. @param {import('./race.js').RaceResult[]} results @param {string} name */
function bestOf(results, name) {
  return figuresOf(results, name)?.perSecond.max ?? NaN;
}

function figuresOf(results, name) {
  return results.find(({ contender }) => contender.name === name)?.figures;
}

/**
 * Returns the fastest peer that uses an HTTP client, or `null` if none ran.
 *
 * @param {import('./race.js').RaceResult[]} results
 * @param {string} client
 * @param {'median' | 'max'} [by]
 */
function fastestPeer(results, client, by = 'median') {
  const peers = results.filter(({ contender }) => contender.kind === 'peer' && contender.client === client);
  return peers.reduce(
    (best, each) => (!best || each.figures.perSecond[by] > best.figures.perSecond[by] ? each : best),
    /** @type {import('./race.js').RaceResult | null} */ (null),
  );
}

module.exports = { bestOf, fastestPeer, medianOf, raceTable };
