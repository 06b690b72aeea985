// What `rates.js` compares: this project in one process and in two, job queues that do the same work, the least that an outbox
// can do, and sending without an outbox.

/**
 * @typedef {object} PacedContender
 * @property {string} name
 * @property {string} line name of the contender's line in the picture
 * @property {string} file in this folder
 * @property {'axios' | 'undici'} client
 * @property {1 | 2} processes 2: one process publishes, the other one sends
 * @property {boolean} usesRedis
 * @property {boolean} isShown in the picture
 */

const KINDS = [
  { line: 'floor', file: 'floor.js', processes: 1 },
  { line: 'least outbox', file: 'least-outbox.js', processes: 1, isShown: false },
  { line: 'ours in one process', file: 'ours.js', processes: 1 },
  { line: 'ours in two processes', file: 'ours.js', processes: 2 },
  { line: 'graphile-worker', file: 'graphile-worker.js', processes: 2 },
  { line: 'BullMQ', file: 'bullmq.js', processes: 2, usesRedis: true },
];

/** @type {PacedContender[]} */
const contenders = ['axios', 'undici'].flatMap((client) =>
  KINDS.map(({ usesRedis = false, isShown = true, ...kind }) => ({
    ...kind,
    usesRedis,
    isShown: isShown && client === 'axios',
    client,
    name: `${kind.line} (${client})`,
  })),
);

/**
 * Returns the contenders whose names contain one of these texts, or all if `texts` is empty.
 *
 * @param {string} texts separated by commas
 */
function contendersLike(texts) {
  const wanted = texts.split(',').map((text) => text.trim());
  const found = contenders.filter(({ name }) => wanted.some((text) => name.includes(text)));
  if (found.length > 0) return found;
  throw new Error(
    `No contender's name contains any of these texts: "${texts}". The contenders are: ${contenders.map(({ name }) => name).join('; ')}`,
  );
}

module.exports = { contenders, contendersLike };
