import {
  Controller,
  HttpCode,
  Injectable,
  Logger,
  Module,
  Post,
  UseFilters,
  UseGuards,
  ValidationPipe,
} from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  bodyOf,
  requestOf,
  secretOf,
  type SignedRequest,
} from '../../../../test/receivers/signed-request.js';
import { handleOnce } from '../dedupe/handle-once.js';
import { MemoryDedupeStore } from '../dedupe/memory-dedupe-store.js';
import type { MsgineWebhook } from '../payloads.js';
import type { VerifiedWebhook } from '../verify.js';
import {
  ReceivedWebhook,
  WebhookGuard,
  WebhookInProgressFilter,
  WebhookPayload,
  webhookGuard,
} from './index.js';

let lateSecret: string | undefined;
let seen = new MemoryDedupeStore();
let handler: () => Promise<void>;

@Injectable()
class Vault {
  async secretOf(tenant: string): Promise<string> {
    return tenant === 'a' ? 'secret-of-a' : secretOf.msgine;
  }
}

@Injectable()
class VaultGuard extends WebhookGuard {
  constructor(vault: Vault) {
    super({ profile: 'msgine', secrets: (request) => vault.secretOf(String(request.headers['x-tenant'])) });
  }
}

@Controller()
class Hooks {
  @Post('msgine')
  @HttpCode(200)
  @UseGuards(webhookGuard({ profile: 'msgine', secrets: secretOf.msgine }))
  msgine(@WebhookPayload() event: MsgineWebhook): object {
    return { id: event.id };
  }

  @Post('standard')
  @UseGuards(webhookGuard({ profile: 'standard', secrets: ['', secretOf.standard], toleranceSeconds: 60 }))
  standard(@ReceivedWebhook() webhook: VerifiedWebhook<'standard'>): object {
    return webhook;
  }

  @Post('httpsms')
  @UseGuards(
    webhookGuard({ profile: 'httpsms', secrets: secretOf.httpsms, audience: 'https://example.com/hook' }),
  )
  httpsms(@ReceivedWebhook() { id, type }: VerifiedWebhook): object {
    return { id, type };
  }

  @Post('late')
  @UseGuards(webhookGuard({ profile: 'msgine', secrets: () => lateSecret }))
  late(@WebhookPayload() event: MsgineWebhook): object {
    return event;
  }

  @Post('vault')
  @UseGuards(VaultGuard)
  vault(@WebhookPayload() event: MsgineWebhook): object {
    return event;
  }

  @Post('once')
  @HttpCode(200)
  @UseGuards(webhookGuard({ profile: 'msgine', secrets: secretOf.msgine }))
  @UseFilters(WebhookInProgressFilter)
  async once(@ReceivedWebhook() { id }: VerifiedWebhook): Promise<object> {
    return { handled: await handleOnce(seen, id, () => handler()) };
  }

  @Post('unguarded')
  unguarded(@WebhookPayload() event: MsgineWebhook): object {
    return event;
  }

  @Post('broken')
  @UseGuards(webhookGuard({ profile: 'msgine', secrets: () => Promise.reject(new Error('vault is sealed')) }))
  broken(): object {
    return {};
  }
}

@Module({ controllers: [Hooks], providers: [Vault] })
class AppModule {}

const adapters: [string, () => ExpressAdapter | FastifyAdapter][] = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
];

describe.each(adapters)('A Nest application on %s', (name, adapter) => {
  let app: INestApplication;
  let url: string;
  const logged: string[] = [];

  const start = async (options: { rawBody?: boolean; bodyParser?: boolean }, root: Type = AppModule) => {
    const module = await Test.createTestingModule({ imports: [root] }).compile();
    app = module.createNestApplication(adapter(), { ...options, logger: false });
    app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
    if (options.rawBody) {
      const cloudEvents = 'application/cloudevents+json';
      const parser = app as unknown as { useBodyParser(...args: unknown[]): void };
      if (name === 'Express') parser.useBodyParser('json', { type: ['application/json', cloudEvents] });
      else parser.useBodyParser(cloudEvents);
    }
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  };

  const post = async (path: string, { headers, body }: SignedRequest) => {
    const response = await fetch(`${url}/${path}`, { method: 'POST', headers, body });
    const { status } = response;
    return { status, text: await response.text(), retryAfter: response.headers.get('retry-after') };
  };

  beforeEach(() => {
    logged.length = 0;
    for (const level of ['warn', 'error'] as const)
      jest.spyOn(Logger.prototype, level).mockImplementation((...line: unknown[]) => {
        logged.push(`${level}: ${String(line[0])}`);
      });
  });

  afterEach(() => jest.restoreAllMocks());

  describe('with rawBody: true', () => {
    beforeAll(() => start({ rawBody: true }));
    afterAll(() => app.close());

    it('passes the verified payload to the handler, without the checks of a strict global pipe', async () => {
      const body = bodyOf.msgine.replace('MyApp', 'Mÿ Åpp 🙂');
      const answer = await post('msgine', requestOf.msgine(body, secretOf.msgine));
      expect(answer).toMatchObject({ status: 200, text: '{"id":"msg_1234567890"}' });
    });

    it('passes the whole webhook to a handler with @ReceivedWebhook', async () => {
      const answer = await post('standard', requestOf.standard(bodyOf.standard, secretOf.standard));
      expect(JSON.parse(answer.text)).toEqual({
        profile: 'standard',
        id: 'evt_1',
        type: 'message.delivered',
        payload: JSON.parse(bodyOf.standard),
      });
    });

    it('reads a CloudEvents body if its content type has a parser', async () => {
      const body = bodyOf['standard-cloudevents'];
      const request = requestOf['standard-cloudevents'](body, secretOf.standard);
      const answer = await post('standard', request);
      expect(JSON.parse(answer.text).payload).toEqual(JSON.parse(body));
    });

    it('verifies with the options of the profile, such as the audience', async () => {
      const good = requestOf.httpsms(bodyOf.httpsms, secretOf.httpsms);
      expect((await post('httpsms', good)).text).toContain('message.phone.delivered');
    });

    it('responds to a refused request with 401 and no reason, and logs the reason', async () => {
      const { headers, body } = requestOf.msgine(bodyOf.msgine, secretOf.msgine);
      for (const request of [
        { headers, body: body.replace('delivered', 'failed') },
        { headers: { 'content-type': 'application/json' }, body },
      ]) {
        const answer = await post('msgine', request);
        expect(answer.status).toBe(401);
        expect(JSON.parse(answer.text)).toEqual({ statusCode: 401, message: 'Unauthorized' });
      }
      expect(logged).toEqual([
        expect.stringMatching(/^warn: msgine webhook refused \(signature-mismatch\)/),
        expect.stringMatching(/^warn: msgine webhook refused \(missing-header\)/),
      ]);
    });

    it('answers 401 to a request without any body', async () => {
      const answer = await fetch(`${url}/msgine`, { method: 'POST', headers: { 'x-msgine-signature': 'x' } });
      expect(answer.status).toBe(401);
    });

    it('answers 400 to a signed body that is invalid JSON or null', async () => {
      expect((await post('msgine', requestOf.msgine('[1', secretOf.msgine))).status).toBe(400);
      expect((await post('msgine', requestOf.msgine('null', secretOf.msgine))).status).toBe(400);
    });

    it('reads the secret at each request, so that the secret may become available later', async () => {
      const request = requestOf.msgine(bodyOf.msgine, 'loaded late');
      lateSecret = undefined;
      expect((await post('late', request)).status).toBe(500);
      expect(logged).toEqual([expect.stringMatching(/^error: msgine webhook refused \(no-secret\)/)]);
      lateSecret = 'loaded late';
      expect((await post('late', request)).status).toBe(201);
    });

    it('takes the options of a guard from injected providers', async () => {
      const request = requestOf.msgine(bodyOf.msgine, 'secret-of-a');
      const ofTenant = (tenant: string) => ({
        ...request,
        headers: { ...request.headers, 'x-tenant': tenant },
      });
      expect((await post('vault', ofTenant('a'))).status).toBe(201);
      expect((await post('vault', ofTenant('b'))).status).toBe(401);
    });

    it('answers a retry with 503 while the first request is handled, and handles the next retry if the first request fails', async () => {
      seen = new MemoryDedupeStore();
      const request = requestOf.msgine(bodyOf.msgine, secretOf.msgine);
      let fail!: (error: Error) => void;
      const started = new Promise<void>((begun) => {
        handler = () =>
          new Promise((_, reject) => {
            fail = reject;
            begun();
          });
      });
      const first = post('once', request);
      await started;
      expect(await post('once', request)).toEqual({
        status: 503,
        text: '{"statusCode":503,"message":"Service Unavailable"}',
        retryAfter: '30',
      });
      fail(new Error('out of disk'));
      expect((await first).status).toBe(500);
      handler = () => Promise.resolve();
      expect((await post('once', request)).text).toBe('{"handled":true}');
      expect((await post('once', request)).text).toBe('{"handled":false}');
    });

    it('answers 500 and logs the error if the secret source fails', async () => {
      expect((await post('broken', requestOf.msgine(bodyOf.msgine, secretOf.msgine))).status).toBe(500);
      expect(logged.join()).toContain('vault is sealed');
    });

    it('answers 500 on a route without the guard, and logs how to add the guard', async () => {
      const answer = await post('unguarded', requestOf.msgine(bodyOf.msgine, secretOf.msgine));
      expect(answer.status).toBe(500);
      expect(logged.join()).toContain('@UseGuards(webhookGuard');
    });
  });

  describe('without rawBody: true', () => {
    beforeAll(() => start({}));
    afterAll(() => app.close());

    it('answers 500 and logs what to change', async () => {
      const answer = await post('msgine', requestOf.msgine(bodyOf.msgine, secretOf.msgine));
      expect(answer.status).toBe(500);
      expect(answer.text).not.toMatch(/raw/i);
      expect(logged).toEqual([expect.stringMatching(/^error: .*body-not-raw.*rawBody: true/)]);
    });
  });
});

it('answers 500 and logs body-not-raw if Nest has neither parsed nor kept the body', async () => {
  const errors: string[] = [];
  jest.spyOn(Logger.prototype, 'error').mockImplementation((...line: unknown[]) => {
    errors.push(String(line[0]));
  });
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = module.createNestApplication(new ExpressAdapter(), { bodyParser: false, logger: false });
  await app.listen(0, '127.0.0.1');
  const { headers, body } = requestOf.msgine(bodyOf.msgine, secretOf.msgine);
  const answer = await fetch(`${await app.getUrl()}/msgine`, { method: 'POST', headers, body });
  expect(answer.status).toBe(500);
  expect(errors.join()).toContain('body-not-raw');
  await app.close();
  jest.restoreAllMocks();
});
