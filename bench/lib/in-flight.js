/**
 * Runs `task(i)` for every i below `count`, `limit` at a time.
 *
 * @param {number} limit
 * @param {number} count
 * @param {(i: number) => Promise<unknown>} task
 */
async function inFlight(limit, count, task) {
  let next = 0;
  const lane = async () => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: Math.min(limit, count) }, lane));
}

module.exports = { inFlight };
