// Measures which indexes, and how many rows and pages, are read by the statements of one call.
const { observeStatements } = require('./statements.js');

/**
 * @typedef {object} Reads
 * @property {number} statements that begin with SELECT or WITH; others are not counted
 * @property {number} rows that scans returned or filtered out
 * @property {number} buffers pages of 8 kB, from the cache or the disk
 * @property {string[]} scans indexes, or "seq scan of …"
 */

/**
 * Runs `call`. Then runs each SELECT and WITH statement of this call again under EXPLAIN (ANALYZE, BUFFERS), with the same
 * parameters.
 *
 * @param {{ query(sql: string, parameters?: unknown[]): Promise<{ rows: any[] }> }} client
 * @param {() => Promise<unknown>} call
 * @returns {Promise<Reads>}
 */
async function readsOf(client, call) {
  const sent = [];
  observeStatements((text, ms, parameters) => sent.push({ text, parameters }));
  try {
    await call();
    // The observer is called after the caller has received its rows.
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    observeStatements(null);
  }
  const reads = { statements: 0, rows: 0, buffers: 0, scans: new Set() };
  for (const { text, parameters } of sent.filter((each) => /^\s*(select|with)\b/i.test(each.text))) {
    const { rows } = await client.query(`explain (analyze, buffers, format json) ${text}`, parameters);
    const [{ Plan: plan, Planning: planning }] = rows[0]['QUERY PLAN'];
    reads.statements++;
    reads.buffers += pagesOf(plan) + pagesOf(planning ?? {});
    addScans(plan, reads);
  }
  return { ...reads, scans: [...reads.scans].toSorted() };
}

/** Number of pages that a plan node and its descendants read: PostgreSQL's counts of a node include its descendants. */
function pagesOf(node) {
  return (node['Shared Hit Blocks'] ?? 0) + (node['Shared Read Blocks'] ?? 0);
}

function addScans(node, reads) {
  if (node['Actual Loops'] === 0) return; // a subplan that no row needed
  const index = node['Index Name'];
  const table = node['Relation Name'];
  if (index || table) {
    const perLoop = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0);
    // A bitmap scan has two nodes. Only the rows of its index node count.
    if (node['Node Type'] !== 'Bitmap Heap Scan') reads.rows += perLoop * node['Actual Loops'];
    if (index) reads.scans.add(index.replace(/^webhook_/, ''));
    else if (node['Node Type'] === 'Seq Scan')
      reads.scans.add(`seq scan of ${table.replace(/^webhook_/, '')}`);
  }
  for (const child of node.Plans ?? []) addScans(child, reads);
}

module.exports = { readsOf };
