import {
  type ArgumentsHost,
  Body,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  type INestApplication,
  Module,
  Post,
  ValidationPipe,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, ModulesContainer } from '@nestjs/core';
import { IsInt } from 'class-validator';
import request from 'supertest';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { acceptAnswersOfHost } from '../support/openapi/problems.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { as, dataSource, shape, startApp, values } from './support/app.js';

class Order {
  @IsInt()
  amount!: number;
}

@Controller()
class HostController {
  @Get('orders')
  list(): { orders: unknown[] } {
    return { orders: [] };
  }

  @Post('orders')
  create(@Body() order: Order): Order {
    return order;
  }

  @Post('plain')
  plain(@Body() body: unknown): unknown {
    return body;
  }

  @Get('broken')
  broken(): never {
    throw new Error('the host broke');
  }
}

/** Has the module's default path, and the name of the module's controller. */
@Controller('webhooks')
class WebhooksController {
  @Get()
  own(): string {
    return 'the webhooks of the host';
  }

  @Post('twilio')
  twilio(@Body() body: unknown): unknown {
    return { received: body };
  }
}

@Module({ controllers: [HostController, WebhooksController] })
class HostModule {}

@Catch()
class TeapotFilter implements ExceptionFilter {
  catch(_: unknown, host: ArgumentsHost): void {
    host.switchToHttp().getResponse().status(418).send({ teapot: true });
  }
}

@Module({ providers: [{ provide: APP_FILTER, useClass: TeapotFilter }] })
class FilterModule {}

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const mounted = (path = 'hooks') => WebhooksModule.forRoot({ ...shape, ...values, path });

describe.each(['express', 'fastify'] as const)('On %s, the host', (adapter) => {
  let app: INestApplication;
  afterEach(() => app.close());

  it('keeps its own routes as they are: the module adds no guard, pipe, filter or interceptor', async () => {
    app = await startApp([HostModule, dataSource(database.url), mounted()], { adapter, logger: false });
    const server = app.getHttpServer();
    await request(server).get('/orders').expect(200, { orders: [] });
    await request(server).post('/orders').send({ amount: 'many', extra: 1 }).expect(201);
    await request(server).post('/plain').type('form').send('a=1').expect(201, { a: '1' });
    const { body } = await request(server).get('/broken').expect(500);
    expect(body).toEqual({ statusCode: 500, message: 'Internal server error' });
    const { body: missing } = await request(server).get('/nowhere').expect(404);
    expect(missing).toEqual({ statusCode: 404, message: 'Cannot GET /nowhere', error: 'Not Found' });
  });

  it('keeps its own WebhooksController at /webhooks if the module is mounted at another path', async () => {
    app = await startApp([dataSource(database.url), mounted(), HostModule], { adapter });
    const server = app.getHttpServer();
    const { text } = await request(server).get('/webhooks').expect(200);
    expect(text).toBe('the webhooks of the host');
    await request(server)
      .post('/webhooks/twilio')
      .send({ a: 1 })
      .expect(201, { received: { a: 1 } });
    await as(app, 'a').get('/hooks').expect(200);
    await request(server).get('/hooks').expect(403);
  });

  it('may have strict pipes and a global filter', async () => {
    app = await startApp([HostModule, FilterModule, dataSource(database.url), mounted()], {
      adapter,
      configure: (each) =>
        void each.useGlobalPipes(
          new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }),
        ),
    });
    const server = app.getHttpServer();
    await request(server).post('/orders').send({ amount: 'many' }).expect(418);
    await request(server).post('/orders').send({ amount: 5 }).expect(201, { amount: 5 });
    const { body } = await as(app, 'a')
      .post('/hooks', { url: 'https://example.com/hooks', events: ['*'], maxInFlight: 3 })
      .expect(201);
    expect(body).toMatchObject({ events: ['*'], maxInFlight: 3 });
    await as(app, 'a').post('/hooks', { url: 'nonsense' }).expect(418, { teapot: true });
    acceptAnswersOfHost();
  });
});

it('The module registers nothing under a global token, and is not global by default', async () => {
  const app = await startApp([dataSource(database.url), mounted()]);
  const modules = [...app.get(ModulesContainer).values()];
  const ours = modules.filter(({ metatype }) => metatype === WebhooksModule);
  expect(ours.map(({ isGlobal }) => isGlobal)).toEqual([false]);
  const tokens = ours.flatMap(({ providers }) => [...providers.keys()].map(String));
  for (const token of [APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE])
    expect(tokens.filter((each) => each.startsWith(token))).toEqual([]);
  const globals = modules.filter(({ isGlobal }) => isGlobal).map(({ name }) => name);
  expect(globals.toSorted()).toEqual(['InternalCoreModule', 'TypeOrmCoreModule']);
  await app.close();
});
