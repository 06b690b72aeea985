import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import request from 'supertest';
import { createDatabase, type TestDatabase } from '../../test/support/database.js';
import { freePort } from '../../test/support/free-port.js';
import { type Backend, startBackend } from './backend.js';
import { type Receiver, startReceiver } from './receiver.js';

const FROM_SOURCE = join(__dirname, '../../test/support/from-source.js');

describe('The sample in plain Express', () => {
  let database: TestDatabase;
  let backend: Backend;
  let receiver: Receiver;
  const printed: string[] = [];
  let onPrinted = (): void => undefined;

  const arrived = (count: number): Promise<void> =>
    new Promise((resolve) => {
      onPrinted = () => {
        if (printed.length >= count) resolve();
      };
      onPrinted();
    });
  const post = (path: string, key: string, body: object) =>
    request(backend.url).post(path).set('authorization', `Bearer ${key}`).send(body);

  beforeAll(async () => {
    database = await createDatabase();
    receiver = await startReceiver((line) => {
      printed.push(line);
      onPrinted();
    });
    backend = await startBackend(database.url, 0);
  });
  afterAll(async () => {
    await backend.close();
    await receiver.close();
    await database.drop();
  });

  it('opens the webhooks page with a signed-in link, and refuses the page’s calls without a session', async () => {
    const { pathname, hash } = new URL(backend.webhooksPage('acme'));
    const session = () => request(backend.url).get(`${pathname}/api/session`);
    const authorization = `Bearer ${hash.replace('#session=', '')}`;

    expect((await request(backend.url).get(pathname).expect(200)).text).toContain('<script');
    const { body } = await session().set({ authorization }).expect(200);
    expect(body).toMatchObject({ tenantId: 'acme', mode: 'session' });
    await session().expect(401);
    await request(backend.url).get('/pages/webhooks').expect(401);
  });

  it('sends a signed webhook for each status of a message to the URL that the account has registered', async () => {
    const { body } = await post('/api/webhooks', 'demo-key-a', { url: receiver.url, events: ['*'] }).expect(
      201,
    );
    receiver.useSecret(body.secret);
    const { body: message } = await post('/api/messages', 'demo-key-a', {
      to: '+14155550123',
      message: 'Hello',
    }).expect(201);
    await post('/api/messages', 'demo-key-b', { to: '+14155550124', message: 'Not yours' }).expect(201);
    // The carrier repeats a report, and another report is late.
    for (const status of ['delivered', 'delivered', 'sent'])
      await post('/carrier/reports', 'carrier-key', { id: message.id, status }).expect(200, {
        ...message,
        status: 'delivered',
      });
    await arrived(2);
    expect(printed).toEqual([
      expect.stringMatching(/^verified {2}message\.queued {2}.*"body":"Hello"/),
      expect.stringMatching(/^verified {2}message\.delivered {2}.*"status":"delivered"/),
    ]);
    const url = `/api/webhooks/${body.id}/deliveries`;
    const list = await request(backend.url).get(url).set('authorization', 'Bearer demo-key-a').expect(200);
    expect(list.body.data).toHaveLength(2);
  });

  it('refuses calls without the right key, and bodies that are not messages', async () => {
    await request(backend.url).get('/api/webhooks').expect(401);
    await post('/api/webhooks', 'carrier-key', { url: receiver.url, events: ['*'] }).expect(401);
    await post('/api/messages', 'wrong', { to: '+14155550123', message: 'Hello' }).expect(401);
    await post('/carrier/reports', 'demo-key-a', { id: 'x', status: 'sent' }).expect(401);
    await post('/api/messages', 'demo-key-a', { to: 5 }).expect(400);
    await post('/carrier/reports', 'carrier-key', { id: 'x', status: 'sent' }).expect(400);
  });
});

describe('npm run start:express', () => {
  let child: ChildProcess | undefined;
  afterEach(() => void child?.kill('SIGKILL'));

  it('starts a PostgreSQL, prints each webhook as verified, and ends cleanly after Ctrl-C', async () => {
    const started = spawn(process.execPath, ['--require', FROM_SOURCE, join(__dirname, 'main.ts')], {
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        NODE_ENV: '',
        DATABASE_URL: '',
        PORT: String(await freePort()),
      },
    });
    child = started;
    const lines: string[] = [];
    for (const stream of [started.stdout, started.stderr])
      createInterface(stream).on('line', (line) => {
        lines.push(line);
        if (line.startsWith('verified  message.delivered')) started.kill('SIGINT');
      });
    const [code] = (await once(started, 'close')) as [number | null];
    expect(lines.slice(lines.findIndex((line) => line.includes('Ctrl-C')) + 1).filter(Boolean)).toEqual([
      expect.stringMatching(/^Webhooks page: http\S+#session=\S+$/),
      expect.stringMatching(/^verified {2}message\.queued/),
      expect.stringMatching(/^verified {2}message\.sent/),
      expect.stringMatching(/^verified {2}message\.delivered/),
      'Stopping…',
    ]);
    expect(code).toBe(0);
  });
});
