// @ts-check
// Installs the packed tarballs in fresh apps that start, migrate and deliver. `node try-hosts.js [host…]` tries the named
// hosts, by default all. The script does not build: run `npm run build` first. DATABASE_URL names a PostgreSQL server.
// Without this variable, a server is started for the run.
const assert = require('node:assert/strict');
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { installations, table } = require('./cells.js');
const { monorepos } = require('./monorepos.js');
const { runAll } = require('./support/commands.js');
const { Databases } = require('./support/databases.js');
const { Protocol } = require('./support/protocol.js');
const { pack } = require('./support/tarballs.js');
const { templates } = require('./templates.js');

const HOSTS = new Map(Object.entries({ ...templates, ...installations, ...monorepos }));

async function tryHosts(/** @type {string[]} */ chosen) {
  const unknown = chosen.filter((name) => !HOSTS.has(name));
  assert.deepEqual(unknown, [], `these hosts exist: ${[...HOSTS.keys()].join(', ')}`);
  const page = readFileSync(join(__dirname, '../../docs/tried-with.md'), 'utf8');
  assert.ok(page.includes(table()), `docs/tried-with.md must contain this table:\n${table()}`);
  const away = mkdtempSync(join(tmpdir(), 'webhooks-hosts-'));
  const databases = await Databases.start();
  try {
    const tarballs = await pack(away);
    const names = chosen.length > 0 ? chosen : [...HOSTS.keys()];
    const protocols = names.map((name) => new Protocol(name));
    // Two hosts at a time: while one host waits for npm, the other host uses the processor.
    const tasks = protocols.map(
      (protocol) => async () => HOSTS.get(protocol.host)?.({ protocol, away, tarballs, databases }),
    );
    await runAll(2, tasks).finally(() => {
      for (const protocol of protocols) protocol.print();
    });
    if (chosen.length === 0) console.log(`Delivered in every one of these:\n${table()}`);
  } finally {
    await databases.stop();
    rmSync(away, { recursive: true, force: true });
  }
}

tryHosts(process.argv.slice(2)).catch((error) => {
  for (const each of error.errors ?? [error]) console.error(each.message);
  process.exitCode = 1;
});
