/**
 * Runs `task(i)` for every i below `count`, `limit` at a time.
 *
 * @param {number} limit
 * @param {number} count
 * @param {(i: number) => Promise<unknown>} task
 */
async function runConcurrently(limit, count, task) {
  let next = 0;
  const runNext = async () => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: Math.min(limit, count) }, runNext));
}

module.exports = { runConcurrently };
