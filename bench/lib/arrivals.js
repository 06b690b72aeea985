/**
 * How long published events took to their receiver, ms: from COMMIT being sent (`sent`), or answered (`committed`). The
 * truth lies between them.
 *
 * @param {{ ids: string[], sent: number[], committed: number[] }} commits
 * @param {{ ids: string[], at: number[] }} record of the receiver
 * @throws {Error} when one has not arrived
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
