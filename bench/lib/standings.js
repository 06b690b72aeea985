// How a race is told: its table, and who is compared with whom.

/** @param {import('./race.js').Standing[]} standings */
function standingsTable(standings) {
  return standings.map(({ contender, figures }) => ({
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

/** Median of a contender, or NaN where it did not run. @param {import('./race.js').Standing[]} standings @param {string} name */
function medianOf(standings, name, figure = 'perSecond') {
  return figuresOf(standings, name)?.[figure].median ?? NaN;
}

/** Deliveries per second in its best round. @param {import('./race.js').Standing[]} standings @param {string} name */
function bestOf(standings, name) {
  return figuresOf(standings, name)?.perSecond.max ?? NaN;
}

function figuresOf(standings, name) {
  return standings.find(({ contender }) => contender.name === name)?.figures;
}

/**
 * The fastest peer with an HTTP client; `null` where none ran.
 *
 * @param {import('./race.js').Standing[]} standings
 * @param {string} client
 * @param {'median' | 'max'} [by]
 */
function fastestPeer(standings, client, by = 'median') {
  const peers = standings.filter(({ contender }) => contender.kind === 'peer' && contender.client === client);
  return peers.reduce(
    (best, each) => (!best || each.figures.perSecond[by] > best.figures.perSecond[by] ? each : best),
    /** @type {import('./race.js').Standing | null} */ (null),
  );
}

module.exports = { bestOf, fastestPeer, medianOf, standingsTable };
