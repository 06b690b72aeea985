// What does an event cost, and how late does it arrive? At rates from one event a second to as many as possible. Compares this project
// with two queues, with an outbox that does the least possible, and with no outbox at all. An example:
//   node bench/rates.js --rates 1,100,limit --contenders "ours,floor (axios)" --seconds 20 --rounds 3 --publishers 16 --inflight 64 --top
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { contendersLike } = require('./pace/index.js');
const { figuresOf, paceTable, paceTargets, picture } = require('./pace/pace-results.js');
const { walk } = require('./pace/walk.js');
const { report } = require('./script/report.js');
const { script } = require('./script/script.js');
const { startPostgres } = require('./testbed/postgres.js');
const { startReceiver } = require('./testbed/receiver.js');
const { startRedis } = require('./testbed/redis.js');

const ALL_RATES = '1,10,50,100,200,500,limit';
const DEFAULTS = {
  rounds: 3,
  seconds: 20,
  rates: ALL_RATES,
  contenders: '',
  publishers: 16,
  inflight: 64,
  top: false,
};

script({ minutes: 120, options: DEFAULTS }, async (options, defer) => {
  const { rounds, seconds, publishers, inflight: inFlight, top } = options;
  const rates = options.rates.split(',').map((rate) => (rate === 'limit' ? rate : Number(rate)));
  const chosen = contendersLike(options.contenders);
  const receiver = await startReceiver();
  defer(() => receiver.end());
  const postgres = await startPostgres(defer, { statements: true });
  const redis = chosen.some(({ usesRedis }) => usesRedis) ? await startRedis('everysec', defer) : null;
  const running = chosen.filter(({ usesRedis }) => !usesRedis || redis);
  const notes = chosen.flatMap(({ name }) =>
    running.some((each) => each.name === name) ? [] : [`Skipped ${name}: redis-server is not installed`],
  );

  const walks = new Map(running.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contender of round % 2 === 0 ? running : running.toReversed()) {
      const database = `rates_${round}_${running.indexOf(contender)}`;
      const steps = await walk(
        contender,
        { rates, seconds, publishers, inFlight, name: database },
        { postgres, receiver, redis, defer },
      );
      walks.get(contender.name).push(steps);
      for (const [rate, { sent, each }] of steps)
        console.log(
          `round ${round + 1}/${rounds}  ${contender.name}, ${rate}/s: p50 ${sent.p50.toFixed(1)} ms, p99 ${sent.p99.toFixed(1)} ms, ` +
            `${each.statements.toFixed(1)} statements, CPU ${each.cpuMs.toFixed(2)} ms`,
        );
      if (top) for (const [rate, step] of steps) console.log(`${contender.name}, ${rate}/s`, step.top);
    }
  }
  const figure = figuresOf(walks);
  // A partial run must not overwrite the result of a full one.
  const name = options.rates === ALL_RATES && options.contenders === '' ? 'rates' : 'rates-part';
  writeFileSync(join(__dirname, `results/${name}.svg`), picture(running, rates, figure));
  report({
    name,
    options: {
      rounds,
      seconds,
      rates: options.rates,
      contenders: options.contenders,
      publishers,
      inflight: inFlight,
    },
    table: paceTable(running, rates, figure),
    targets: paceTargets(figure),
    stores: { postgres: await postgres.describe(), ...(redis && { redis: await redis.describe() }) },
    notes: [
      ...notes,
      'Times begin when COMMIT is sent, and are medians of the rounds. Planning and execution are the database’s own figures.',
      'If a contender has one process, all CPU of this process is listed as the host’s. The receiver’s CPU is not included.',
      'The floor loses a webhook if the host dies between the commit and the request. BullMQ loses it if the host dies between the commit and adding the job. Neither writes an outcome to PostgreSQL.',
    ],
    details: Object.fromEntries(
      [...walks].map(([contender, each]) => [contender, each.map(withoutStatements)]),
    ),
  });
});

/** Returns the steps of one walk without their statements, which only `--top` prints. */
function withoutStatements(steps) {
  return Object.fromEntries([...steps].map(([rate, { top: _, ...step }]) => [rate, step]));
}
