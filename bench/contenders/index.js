// The contenders, and what each of them lacks. Without this list, their figures cannot be compared.

const QUEUE_LACKS =
  'endpoints, fan-out and rendering (jobs are enqueued with a rendered body), limits and fairness per endpoint';

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {string} file in this folder
 * @property {string} client HTTP client
 * @property {'ours' | 'peer' | 'loop'} kind
 * @property {'postgres' | 'everysec' | 'always' | null} store PostgreSQL, a Redis with this `appendfsync`, or none
 * @property {string} lacks what it does not do
 */

/** @type {Contender[]} */
const contenders = [
  ours('axios'),
  ours('undici'),
  ...['axios', 'undici'].flatMap((client) => [
    peer('BullMQ everysec', 'bullmq.js', client, 'everysec', {
      lacks: `the host's transaction, a log of attempts, ${QUEUE_LACKS}; a power failure loses the last second`,
    }),
    peer('BullMQ always', 'bullmq.js', client, 'always', {
      lacks: `the host's transaction, a log of attempts, ${QUEUE_LACKS}`,
    }),
    peer('graphile-worker', 'graphile-worker.js', client, 'postgres', {
      lacks: `any record of what succeeded (jobs are deleted), ${QUEUE_LACKS}`,
    }),
    peer('pg-boss', 'pg-boss.js', client, 'postgres', {
      lacks: `a log of attempts, ${QUEUE_LACKS}; a batch waits for its slowest request`,
    }),
  ]),
  loop('loop: undici', 'undici'),
  loop("loop: engine's axios over undici", 'engine-axios'),
  loop("loop: engine's undici", 'engine-undici'),
  loop('loop: axios', 'axios'),
];

function ours(client) {
  return {
    name: `ours (${client})`,
    file: 'ours.js',
    client,
    kind: 'ours',
    store: 'postgres',
    lacks: 'nothing on this list',
  };
}

function peer(name, file, client, store, { lacks }) {
  return { name: `${name} (${client})`, file, client, kind: 'peer', store, lacks };
}

function loop(name, client) {
  return {
    name,
    file: 'loop.js',
    client,
    kind: 'loop',
    store: null,
    lacks: 'everything: no database, no retries, no record',
  };
}

/** @param {string[]} names @returns {Contender[]} */
function contendersNamed(names) {
  return names.map((name) => {
    const found = contenders.find((each) => each.name === name);
    if (!found)
      throw new Error(
        `There is no contender "${name}". Use one of: ${contenders.map((each) => each.name).join(', ')}`,
      );
    return found;
  });
}

module.exports = { contenders, contendersNamed };
