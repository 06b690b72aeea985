/**
 * Returns the times (ms) that events took to arrive at their receiver: from the moment when COMMIT was sent (`fromSent`), and
 * from the moment when COMMIT returned (`fromCommitted`). PostgreSQL commits between the two moments.
 *
 * @param {{ ids: string[], sent: number[], committed: number[] }} commits
 * @param {{ ids: string[], at: number[] }} record of the receiver
 * @throws {Error} if an event has not arrived
 */
function arrivalTimes(commits, record) {
  const arrivedAt = new Map();
  record.ids.forEach((id, i) => {
    if (!arrivedAt.has(id)) arrivedAt.set(id, record.at[i]);
  });
  const missing = commits.ids.filter((id) => !arrivedAt.has(id));
  if (missing.length > 0)
    throw new Error(`${missing.length} of ${commits.ids.length} events have not arrived.`);
  return {
    fromSent: commits.ids.map((id, i) => arrivedAt.get(id) - commits.sent[i]),
    fromCommitted: commits.ids.map((id, i) => arrivedAt.get(id) - commits.committed[i]),
  };
}

module.exports = { arrivalTimes };
