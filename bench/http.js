// What does the guarded connection pool cost compared with undici's own Agent? And what does its resolver cost compared with
// undici's DNS interceptor?
const { join } = require('node:path');
const { median, summary } = require('./measure/figures.js');
const { report, target } = require('./script/report.js');
const { script } = require('./script/script.js');
const { startChild } = require('./testbed/child-process.js');
const { startReceiver } = require('./testbed/receiver.js');

const CLIENTS = { ours: 'ours', agent: "undici's Agent", 'agent-dns': 'Agent and DNS interceptor' };
const KINDS = Object.keys(CLIENTS);
const WARM_UP = 4_000;

script(
  { minutes: 40, options: { requests: 20_000, rounds: 7, inflight: 64, origins: 1_000 } },
  async ({ requests, rounds, inflight, origins }, defer) => {
    const receiver = await startReceiver();
    defer(() => receiver.end());
    const scenes = [1, origins];
    const open = async (kind) => {
      const child = startChild(join(__dirname, 'race/client-process.js'));
      await child.call('open', { kind, connections: inflight, receiverPort: receiver.ports[0] });
      return child;
    };
    const runs = Object.fromEntries(KINDS.map((kind) => [kind, scenes.map(() => [])]));
    const lookups = {};

    for (let i = -1; i < rounds; i++) {
      for (const kind of rotated(KINDS, i + 1)) {
        for (const [place, count] of scenes.entries()) {
          const child = await open(kind);
          try {
            await child.call('send', { first: 0, count: WARM_UP, origins: count, inFlight: inflight });
            await receiver.reset();
            const run = await child.call('send', {
              first: WARM_UP,
              count: requests,
              origins: count,
              inFlight: inflight,
            });
            const { distinct, forged, connections, open: sockets } = await receiver.counts();
            if (distinct !== requests || forged > 0)
              throw new Error(
                `${kind}: ${distinct} of ${requests} requests arrived, ${forged} with a wrong signature`,
              );
            if (i >= 0) runs[kind][place].push({ ...run, connections, sockets });
            if (i < 0 && place === 0)
              lookups[kind] = {
                first: await child.call('lookupsOf', { count: inflight, inFlight: inflight, resolves: true }),
                missing: await child.call('lookupsOf', { count: 1_000, inFlight: inflight, resolves: false }),
              };
          } finally {
            await child.end();
          }
        }
      }
      if (i >= 0) console.log(`round ${i + 1}/${rounds}`);
    }

    const perSecond = ({ ms }) => (requests / ms) * 1000;
    const cpu = ({ cpuMs }) => (cpuMs / requests) * 1000;
    const rowOf = (kind, place) => {
      const of = (read) => summary(runs[kind][place].map(read));
      const speed = of(perSecond);
      const cost = of(cpu);
      return {
        client: CLIENTS[kind],
        origins: scenes[place],
        'per s': speed.median,
        least: speed.min,
        most: speed.max,
        'CPU µs': cost.median,
        'least µs': cost.min,
        'most µs': cost.max,
        'sockets open': of(({ sockets }) => sockets).median,
        'connections made': of(({ connections }) => connections).median,
        ...(place === 0 && {
          [`lookups of ${inflight} first requests`]: lookups[kind].first,
          'lookups of 1,000 requests to a missing name': lookups[kind].missing,
        }),
      };
    };
    // Compares within each round, because the speed of the machine changes from minute to minute.
    const ratio = (other, read, place = 0) =>
      median(runs.ours[place].map((run, i) => read(run) / read(runs[other][place][i])));
    report({
      name: 'http',
      options: { requests, rounds, inflight, origins },
      table: scenes.flatMap((_, place) => KINDS.map((kind) => rowOf(kind, place))),
      targets: [
        target("CPU of ours / of undici's Agent, one origin", ratio('agent', cpu), { atMost: 1.2 }),
        target('CPU of ours / of the Agent with its DNS interceptor, one origin', ratio('agent-dns', cpu), {
          atMost: 1,
        }),
        target('sockets that ours leaves open', Math.max(...runs.ours[1].map(({ sockets }) => sockets)), {
          atMost: 512,
        }),
      ],
      notes: [
        `Signed bodies of about 290 bytes; signing is part of the CPU. Each run is a process of its own, warmed up with ${WARM_UP} requests.`,
        'Every client resolves names with the same function in memory, so the figures contain no DNS.',
        `${origins} origins: each request goes to one of them at random. Ours keeps at most 512 connections and closes the one that has been idle longest; the Agent keeps all its connections.`,
      ],
      details: { runs, lookups },
    });
  },
);

/** @template T @param {readonly T[]} list @param {number} by */
function rotated(list, by) {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
