// How much time and memory does the webhooks page add to the start of a host?
const { join } = require('node:path');
const { summary } = require('./measure/figures.js');
const { report, target } = require('./script/report.js');
const { script } = require('./script/script.js');
const { startChild } = require('./testbed/child-process.js');
const { createTestbed } = require('./testbed/testbed.js');

const MB = 2 ** 20;
const HOSTS = { without: false, 'with the page': { access: 'both' } };

script({ minutes: 10, options: { rounds: 10 } }, async ({ rounds }, defer) => {
  const { postgres, createDatabase } = await createTestbed(defer);
  const database = await createDatabase('portal_start');
  const start = async (portal) => {
    const child = startChild(join(__dirname, 'testbed/start-process.js'), [], ['--expose-gc']);
    try {
      return await child.call('start', { databaseUrl: database.url, portal });
    } finally {
      await child.end();
    }
  };
  await start(false);
  const starts = Object.fromEntries(Object.keys(HOSTS).map((name) => [name, []]));
  for (let i = 0; i < rounds; i++)
    for (const [name, portal] of Object.entries(HOSTS)) starts[name].push(await start(portal));
  const figure = (name, read) => summary(starts[name].map(read));
  const rows = Object.keys(HOSTS).map((host) => ({
    host,
    'start (ms)': figure(host, ({ ms }) => ms).median,
    'CPU (ms)': figure(host, ({ cpuMs }) => cpuMs).median,
    'fastest (ms)': figure(host, ({ ms }) => ms).min,
    'slowest (ms)': figure(host, ({ ms }) => ms).max,
    'memory in use (MB)': figure(host, ({ bytes }) => bytes / MB).median,
    'resident (MB)': figure(host, ({ rss }) => rss / MB).median,
  }));
  const [without, page] = rows;
  report({
    name: 'portal-start',
    options: { rounds },
    table: rows,
    targets: [
      target('time that the page adds to the start', page['start (ms)'] - without['start (ms)'], {
        atMost: 50,
        unit: 'ms',
      }),
      target('CPU time that the page adds to the start', page['CPU (ms)'] - without['CPU (ms)'], {
        atMost: 50,
        unit: 'ms',
      }),
      target('memory that the page adds', page['memory in use (MB)'] - without['memory in use (MB)'], {
        atMost: 5,
        unit: 'MB',
      }),
    ],
    stores: { postgres: await postgres.describe() },
    notes: [
      'Each start is a process of its own; the two kinds take turns. Memory is measured after garbage collection.',
    ],
    details: starts,
  });
});
