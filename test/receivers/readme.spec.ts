import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { transformSync } from '@swc/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyInstance } from 'fastify';
import type { Express } from 'express';
import { DataSource } from 'typeorm';
import { describeDedupeStore } from './dedupe-contract.js';
import { createDatabase } from '../support/database.js';
import { bodyOf, requestOf, secretOf, type SignedRequest } from './signed-request.js';
import * as library from '../../libs/receiver/src/index.js';
import * as nest from '../../libs/receiver/src/nest/index.js';
import * as typeorm from '../../libs/receiver/src/typeorm/index.js';

const readme = readFileSync(join(__dirname, '../../libs/receiver/README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```(?:js|ts)\n(.*?)^```/gms)].map(([, code]) => code!);
const body = bodyOf.msgine;

/** Runs the README's only code block that contains `mark`. Replaces a line `app.listen(…);` with `export { app };`. */
function run<T>(mark: string): T {
  const found = blocks.filter((block) => block.includes(mark));
  expect(found).toHaveLength(1);
  const source = found[0]!.replace(/^app\.listen\(.*\);$/m, 'export { app };');
  const { code } = transformSync(source, {
    filename: 'block.ts',
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'commonjs' },
  });
  const module = { exports: {} as T };
  new Function('module', 'exports', 'require', code)(module, module.exports, load);
  return module.exports;
}

const nodeRequire = createRequire(__filename);

function load(name: string): unknown {
  if (name === 'nestjs-sms-webhooks-receiver') return library;
  if (name === 'nestjs-sms-webhooks-receiver/nest') return nest;
  if (name === 'nestjs-sms-webhooks-receiver/typeorm') return typeorm;
  return name === '@nestjs/common' ? require('@nestjs/common') : nodeRequire(name);
}

async function post(url: string, { headers, body: sent }: SignedRequest): Promise<[number, string]> {
  const response = await fetch(`${url}/webhooks`, { method: 'POST', headers, body: sent });
  return [response.status, await response.text()];
}

/** Expects what every recipe must do. */
async function expectRecipe(url: string): Promise<void> {
  const good = requestOf.msgine(body, secretOf.msgine);
  expect(await post(url, good)).toEqual([200, '{"received":true}']);
  // No serializer would write these blanks and escapes, so only the exact bytes pass the verification.
  const odd = requestOf.msgine('{ "event":"message.sent",\n"id": "ÿ\\u00e9" }', secretOf.msgine);
  expect((await post(url, odd))[0]).toBe(200);
  const tampered = await post(url, { ...good, body: body.replace('delivered', 'failed') });
  expect(tampered[0]).toBe(401);
  expect(tampered[1]).not.toMatch(/signature|secret/);
  const unsigned = { headers: { 'content-type': 'application/json' }, body };
  expect((await post(url, unsigned))[0]).toBe(401);
}

async function expectAnyContentType(url: string): Promise<void> {
  const { headers } = requestOf.msgine(body, secretOf.msgine);
  for (const type of ['application/cloudevents+json', 'text/plain'])
    expect((await post(url, { headers: { ...headers, 'content-type': type }, body }))[0]).toBe(200);
}

beforeEach(() => {
  process.env.WEBHOOK_SECRET = secretOf.msgine;
  for (const level of ['log', 'warn'] as const)
    jest.spyOn(console, level).mockImplementation(() => undefined);
});
afterEach(() => {
  delete process.env.WEBHOOK_SECRET;
  jest.restoreAllMocks();
});

it('The Express recipe verifies raw bodies', async () => {
  const { app } = run<{ app: Express }>('before any app.use(express.json())');
  const server = app.listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expectRecipe(url);
    await expectAnyContentType(url);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

it('The Fastify recipe verifies raw bodies', async () => {
  const { app } = run<{ app: FastifyInstance }>("from 'fastify'");
  try {
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    await expectRecipe(url);
    await expectAnyContentType(url);
  } finally {
    await app.close();
  }
});

it.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('The Nest recipe verifies raw bodies on %s', async (_name, adapter) => {
  const { WebhooksController } = run<{ WebhooksController: new () => object }>(
    'nestjs-sms-webhooks-receiver/nest',
  );
  const module = await Test.createTestingModule({ controllers: [WebhooksController] }).compile();
  const app = module.createNestApplication(adapter() as ExpressAdapter, { rawBody: true, logger: false });
  try {
    await app.listen(0, '127.0.0.1');
    await expectRecipe(await app.getUrl());
  } finally {
    await app.close();
  }
});

it('The Fetch recipe verifies raw bodies', async () => {
  const { POST } = run<{ POST(request: Request): Promise<Response> }>('export async function POST');
  process.env.WEBHOOK_SECRET = secretOf.standard;
  const { headers, body: sent } = requestOf.standard(bodyOf.standard, secretOf.standard);
  const request = (text: string) => new Request('http://127.0.0.1/', { method: 'POST', headers, body: text });
  expect(await (await POST(request(sent))).json()).toEqual({ received: 'message.delivered' });
  await expect(POST(request(`${sent} `))).rejects.toMatchObject({ reason: 'signature-mismatch' });
});

it('The memory recipe handles an event once; a duplicate that arrives during the handling gets a 503', async () => {
  let server!: Server;
  let finish!: () => void;
  const { receiver } = run<{ receiver: (work: () => Promise<void>) => Express }>('new MemoryDedupeStore(');
  const begun = new Promise<void>((started) => {
    const app = receiver(() => new Promise((done) => ((finish = done), started())));
    server = app.listen(0, '127.0.0.1');
  });
  await once(server, 'listening');
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const request = requestOf.msgine(body, secretOf.msgine);
    const first = post(url, request);
    await begun;
    const copy = await fetch(`${url}/webhooks`, { method: 'POST', ...request });
    expect([copy.status, copy.headers.get('retry-after')]).toEqual([503, '30']);
    finish();
    expect(await first).toEqual([200, '{"received":true,"duplicate":false}']);
    expect(await post(url, request)).toEqual([200, '{"received":true,"duplicate":true}']);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

it('Fastify responds with 503 and Retry-After by itself, as the README says', async () => {
  const app = (nodeRequire('fastify') as () => FastifyInstance)();
  app.post('/', () => Promise.reject(new library.WebhookInProgressError('a', 30)));
  try {
    const { status, headers } = await fetch(await app.listen({ port: 0, host: '127.0.0.1' }), {
      method: 'POST',
    });
    expect([status, headers.get('retry-after')]).toEqual([503, '30']);
  } finally {
    await app.close();
  }
});

describe('The Redis recipe', () => {
  type Constructor = new (redis: object) => library.DedupeStore;
  describeDedupeStore(() => {
    const { RedisDedupeStore } = run<{ RedisDedupeStore: Constructor }>('implements DedupeStore');
    const redis = new RedisCommands();
    return { store: new RedisDedupeStore(redis), advance: (ms) => (redis.now += ms) };
  });
});

it('The TypeORM recipe handles an event once', async () => {
  type Receive = (dataSource: DataSource, webhook: object) => Promise<void>;
  const { receiveOnce } = run<{ receiveOnce: Receive }>('new TypeOrmDedupeStore(tx)');
  const database = await createDatabase();
  const dataSource = new DataSource({
    type: 'postgres',
    url: database.url,
    entities: [typeorm.webhookReceiptSchema],
    synchronize: true,
  });
  await dataSource.initialize();
  try {
    await dataSource.query("create table messages as select 'msg_1' as id, 'sent' as status");
    const webhook = { id: 'msg_1:message.delivered', payload: { id: 'msg_1', status: 'delivered' } };
    await receiveOnce(dataSource, webhook);
    await dataSource.query("update messages set status = 'read'");
    await receiveOnce(dataSource, webhook);
    expect(await dataSource.query('select status from messages')).toEqual([{ status: 'read' }]);
  } finally {
    await dataSource.destroy();
    await database.drop();
  }
});

/** The Redis commands that the recipe uses, as Redis documents them. */
class RedisCommands {
  now = 0;
  private readonly values = new Map<string, { value: string; expiresAt: number }>();

  async get(key: string): Promise<string | null> {
    const held = this.values.get(key);
    return held !== undefined && held.expiresAt > this.now ? held.value : null;
  }

  async set(key: string, value: string, _px: 'PX', ms: number, nx?: 'NX'): Promise<'OK' | null> {
    const held = this.values.get(key);
    if (nx && held !== undefined && held.expiresAt > this.now) return null;
    this.values.set(key, { value, expiresAt: this.now + ms });
    return 'OK';
  }

  async eval(_script: string, _keys: 1, key: string, value: string): Promise<null> {
    if ((await this.get(key)) === value) this.values.delete(key);
    return null;
  }
}
