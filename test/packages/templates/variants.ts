import assert from 'node:assert/strict';
import {
  type CanActivate,
  ConsoleLogger,
  Controller,
  type DynamicModule,
  type ExecutionContext,
  Get,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  SetMetadata,
  type Type,
  UnauthorizedException,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { InjectDataSource, TypeOrmModule } from '@nestjs/typeorm';
import { WebhooksModule, webhooksMigrations } from 'nestjs-sms-webhooks';
import { DataSource } from 'typeorm';
import { database, webhooks } from './webhooks';

// Hosts that each differ from the README's host in one thing. `node dist/variants.js` tries them all.

/** Keeps the warnings, and prints nothing. */
class Log extends ConsoleLogger {
  readonly lines: string[] = [];
  override warn(...given: [unknown, ...unknown[]]): void {
    this.lines.push(String(given[0]));
  }
  override log(): void {}
  override error(): void {}
}

async function start(
  imports: (DynamicModule | Type)[],
  more: { providers?: Type[]; controllers?: Type[] } = {},
) {
  class Host {}
  Module({ imports, ...more })(Host);
  const log = new Log();
  const app = await NestFactory.create(Host, { logger: log, abortOnError: false });
  try {
    await app.listen(0, '127.0.0.1');
  } catch (error) {
    await app.close();
    throw error;
  }
  const url = `${await app.getUrl()}/webhooks`;
  const register = async (headers: Record<string, string> = {}) => {
    const body = JSON.stringify({ url: 'https://example.com/hooks', events: ['*'] });
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
    return (await fetch(url, init)).status;
  };
  return { app, log, register };
}

/** A guard that acts only on handlers with its metadata. */
@Injectable()
class RolesGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (!Reflect.hasMetadata('roles', context.getHandler())) return true;
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>();
    if (request.headers['x-api-key'] !== 'key-a') throw new UnauthorizedException();
    return true;
  }
}

const guarded = (decorators: MethodDecorator[]) =>
  WebhooksModule.forRoot({
    guards: [RolesGuard],
    decorators,
    tenant: () => 'account-a',
    encryption: { current: { id: 'k1', key: process.env.WEBHOOKS_KEY } },
  });

async function guard(): Promise<void> {
  const open = await start([database, guarded([])]);
  assert.match(open.log.lines.join('\n'), /let in a request without credentials.*decorators: \[Roles/);
  await open.app.close();
  const closed = await start([database, guarded([SetMetadata('roles', ['customer'])])]);
  assert.deepEqual(closed.log.lines, []);
  assert.equal(await closed.register(), 401);
  assert.equal(await closed.register({ 'x-api-key': 'key-a' }), 201);
  await closed.app.close();
}

@Controller('webhooks')
class OwnWebhooks {
  @Get(':id')
  one(): string {
    return 'mine';
  }
}

async function path(): Promise<void> {
  await assert.rejects(start([database, webhooks], { controllers: [OwnWebhooks] }), /OwnWebhooks.*`?path/);
}

@Injectable()
class Migrations implements OnApplicationBootstrap {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.dataSource.runMigrations();
  }
}

async function migrations(): Promise<void> {
  const url = process.env.EMPTY_DATABASE_URL;
  const later = TypeOrmModule.forRoot({
    type: 'postgres',
    url,
    autoLoadEntities: true,
    migrations: [...webhooksMigrations],
  });
  const { app, register } = await start([later, webhooks], { providers: [Migrations] });
  let status = await register({ 'x-api-key': 'key-a' });
  // The module looks for the tables every second.
  for (let tries = 0; status === 503 && tries < 30; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    status = await register({ 'x-api-key': 'key-a' });
  }
  assert.equal(status, 201);
  await app.close();
}

const variants: Record<string, () => Promise<void>> = { guard, path, migrations };

async function main(): Promise<void> {
  for (const [name, run] of Object.entries(variants)) {
    await run();
    console.log(`variant ${name}: passed`);
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
