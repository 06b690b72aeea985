import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { catalogue } from '../../libs/webhooks/src/events/catalogue/catalogue.js';
import { builtInProfiles } from '../../libs/webhooks/src/profiles/dialects/built-in-profiles.js';
import type { Profile } from '../../libs/webhooks/src/profiles/profile.js';
import { webhooksMigrations } from '../../libs/webhooks/src/store/schema/migrations/index.js';
import { createDatabase } from '../../test/support/database.js';
import { freePort } from '../../test/support/free-port.js';
import { migrations } from './migrations/index.js';
import { startPostgres } from './postgres/start-postgres.js';

const FROM_SOURCE = join(__dirname, '../../test/support/from-source.js');
const everyType = catalogue.map(({ name }) => name).filter((name) => name !== 'webhook.test');

const children = new Set<ChildProcess>();

/** Runs what `npm start` runs, in a child process. Ends the process with Ctrl-C when `enough` returns true for the printed lines. */
async function start(
  env: Record<string, string>,
  enough: (lines: readonly string[]) => boolean,
  folder?: string,
) {
  const started = spawn(process.execPath, ['--require', FROM_SOURCE, join(__dirname, 'main.ts')], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: '', ...env },
  });
  children.add(started);
  const lines: string[] = [];
  let stopping = false;
  for (const stream of [started.stdout, started.stderr]) {
    createInterface(stream).on('line', (line) => {
      lines.push(line);
      if (stopping || !enough(lines)) return;
      stopping = true;
      started.kill('SIGINT');
    });
  }
  const [code] = (await once(started, 'close')) as [number | null];
  return { code, lines };
}

/** Names of the webhooks that the demo receiver verified. */
const verified = (lines: readonly string[]): string[] => [
  ...new Set(lines.flatMap((line) => /^\S+  verified +(\S+)/.exec(line)?.[1] ?? [])),
];

const isBad = (line: string): boolean => /REFUSED|FAILED|ERROR/.test(line);

/** Runs the sample with a profile until each webhook of the profile has arrived. */
async function run({ name, registration }: Profile) {
  const database = await createDatabase();
  const names = (registration.eventNames ?? everyType).toSorted();
  const env = { PROFILE: name, PORT: String(await freePort()), DATABASE_URL: database.url };
  const { code, lines } = await start(
    env,
    (printed) => printed.some(isBad) || verified(printed).length === names.length,
  );
  await database.drop();
  return { code, lines, names };
}

// demo/demo.spec.ts runs the demo with every profile, without a child process.
const profiles = builtInProfiles.filter(({ name }) => name === 'standard' || name === 'mysmsgate');

describe('The sample, as a process', () => {
  let runs: Awaited<ReturnType<typeof run>>[];
  beforeAll(async () => {
    // The runs overlap, because the sample waits for its carrier most of the time.
    runs = await Promise.all(profiles.map(run));
  });
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  it.each(profiles)(
    'with PROFILE=$name: prints every webhook of the profile as verified, and ends cleanly after Ctrl-C',
    (profile) => {
      const { name } = profile;
      const { code, lines, names } = runs[profiles.indexOf(profile)]!;

      expect(lines.filter(isBad)).toEqual([]);
      expect(verified(lines).toSorted()).toEqual(names);
      expect(lines.join('\n')).toContain(`profile: ${name}`);
      const arrivals = lines.filter((line) => /^\S+  verified/.test(line));
      expect(arrivals.filter((line) => !line.includes(` ${name} /hooks/`))).toEqual([]);
      expect(lines.filter((line) => /^Webhooks page: http\S+#session=\S+$/.test(line))).toHaveLength(1);
      expect(code).toBe(0);
    },
  );

  it('with an unknown PROFILE, lists the profiles, and exits', async () => {
    const { code, lines } = await start({ PROFILE: 'twilio', PORT: String(await freePort()) }, () => false);
    expect(code).toBe(1);
    expect(lines.join('\n')).toMatch(/PROFILE must be one of standard, .*httpsms, not "twilio"/);
  });

  it('with data of an earlier version, says how to start without that data', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sample-old-data-'));
    chmodSync(folder, 0o755); // The server may run as another user.
    try {
      const postgres = await startPostgres({ directory: join(folder, '.data/postgres'), durable: false });
      const client = new Client({ connectionString: postgres.url });
      await client.connect();
      await client.query('CREATE TABLE migrations (id serial PRIMARY KEY, timestamp bigint, name varchar)');
      for (const { name } of [...migrations, ...webhooksMigrations])
        await client.query('INSERT INTO migrations (timestamp, name) VALUES ($1, $2)', [
          name.slice(-13),
          name,
        ]);
      await client.end();
      await postgres.stop();

      const { code, lines } = await start(
        { DATABASE_URL: '', PORT: String(await freePort()) },
        () => false,
        folder,
      );

      expect(code).toBe(1);
      expect(lines.at(-1)).toMatch(/\.data .*earlier version.*rm -rf \.data/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
