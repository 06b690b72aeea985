import type { INestApplication } from '@nestjs/common';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { callbackChannel } from '../../libs/webhooks/src/alerts/channels/callback-channel.js';
import { logChannel } from '../../libs/webhooks/src/alerts/channels/log-channel.js';
import { nodemailerChannel } from '../../libs/webhooks/src/alerts/channels/nodemailer.js';
import { advanceClock } from '../support/clock.js';
import { Maintenance } from '../../libs/webhooks/src/engine/maintenance/maintenance.js';
import { catalogue, catalogueEntry } from '../../libs/webhooks/src/events/catalogue/catalogue.js';
import type { WebhooksModuleOptions } from '../../libs/webhooks/src/config/options.js';
import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import { generateSigningKey } from '../../libs/webhooks/src/profiles/signatures/standard-secret.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { WebhooksService } from '../../libs/webhooks/src/webhooks.service.js';
import type { Receiver } from '../api/receiver.js';
import { dataSource, shape, startApp } from '../host/support/app.js';
import type { TestDatabase } from '../support/database.js';
import type { MailServer } from '../support/mail-server.js';
import type { Places } from './places.js';

/** The only response that may always contain a secret: customers of httpSMS read their key with it. */
export const ECHO = 'answers of /v1/webhooks, which echo the key as the platform does';
/** Responses that show a secret once, or on request. */
export const SHOWN = 'answers to registering, rotating and revealing';
export const WIRE = 'requests to receivers';

const EVENTS = [
  'delivered',
  'retrying',
  'exhausted',
  'discarded',
  'leaseLost',
  'endpointFailing',
  'endpointRecovered',
  'endpointDisabled',
] as const;

/** A host and its customers, from the first registration to the last rotation. `secrets` has every secret of this life. */
export class Life {
  app!: INestApplication;
  webhooks!: WebhooksService;
  /** Each secret, and the places where it may appear. */
  readonly secrets = new Map<string, string[]>();

  constructor(
    readonly places: Places,
    private readonly database: TestDatabase,
    readonly receiver: Receiver,
    private readonly mail: MailServer,
  ) {}

  /** Records that `text` is a secret, which may appear in the places `allowed` and nowhere else. Returns `text`. */
  secret(text: string, ...allowed: string[]): string {
    this.secrets.set(text, allowed);
    return text;
  }

  async start(encryption: WebhooksModuleOptions['encryption']): Promise<void> {
    this.app = await startApp(
      [
        dataSource(this.database.url, {
          logging: true,
          logger: this.places.sqlLogger(),
          maxQueryExecutionTime: 1,
        }),
        WebhooksModule.forRoot({
          ...shape,
          encryption,
          compat: ['httpsms', 'mobile-text-alerts'],
          profiles: [msgine({ httpsOnly: false })],
          network: { allowHttp: true, allowedAddresses: ['127.0.0.0/8'] },
          alerts: {
            channels: [
              logChannel(),
              callbackChannel((alert) => this.places.add('alerts', alert)),
              nodemailerChannel({ smtp: this.mail.url, from: 'SMS <sms@example.com>' }),
            ],
          },
        }),
      ],
      { logger: this.places.logger() },
    );
    this.webhooks = this.app.get<WebhooksService>(WebhooksService);
    for (const name of EVENTS)
      this.webhooks.events.on(name, (notice) => this.places.add('in-process events', notice));
    // Leaves out the host's own request object, which contains everything that the caller sent.
    this.webhooks.audit.onAudit(({ request: _, ...entry }) => this.places.add('audit', entry));
  }

  /** Calls a route, and adds the response to the place for its kind. */
  async call(
    tenant: string,
    method: 'get' | 'post' | 'put' | 'patch' | 'delete',
    path: string,
    body?: object,
  ) {
    const answer = await request(this.app.getHttpServer())[method](path).set('x-account', tenant).send(body);
    const shows = /\/(rotate-secret|secret)$/.test(path) || (method === 'post' && path === '/webhooks');
    const place = path.startsWith('/v1/') ? ECHO : shows && answer.status < 300 ? SHOWN : 'other answers';
    this.places.add(place, answer.text, answer.headers);
    return answer;
  }

  async later(ms: number): Promise<void> {
    advanceClock(this.app, ms);
    this.places.add(
      'counts',
      await this.webhooks.runOnce(),
      await this.webhooks.stats(),
      await this.webhooks.health(),
    );
    await this.app.get(Maintenance, { strict: false }).runRound();
  }

  /** Publishes two events of every type: one for the tenant's endpoints, and one for a callback URL. */
  async publish(tenantId: string): Promise<void> {
    const events = catalogue.flatMap(({ name }) => {
      const event = { type: name, tenantId, data: catalogueEntry(name as never).example };
      return [event, { ...event, callbackUrl: `${this.receiver.url}/callback` }];
    });
    await this.app.get(DataSource).transaction((tx) => this.webhooks.publish(tx, events as never));
  }

  /** Makes the database fail while secrets are being written. */
  async breakDatabase(): Promise<void> {
    const source = this.app.get(DataSource);
    await source.query(
      'alter table webhook_endpoints add constraint broken check (description is null) not valid',
    );
    const body = {
      url: this.receiver.url,
      events: ['*'],
      description: 'x',
      headers: { 'x-key': this.secret('lost-0123456789') },
    };
    const failed = await this.call('tenant-standard', 'post', '/webhooks', {
      ...body,
      secret: this.secret(generateSigningKey()),
    });
    expect(failed.status).toBe(500);
    await this.webhooks.endpoints
      .create('tenant-standard', body)
      .catch((error: unknown) => this.places.add('errors', error));
    await source.query('alter table webhook_endpoints drop constraint broken');
  }

  /** Copies sealed values of one endpoint to another endpoint, which cannot open them, and uses the other endpoint. */
  async moveSecrets(): Promise<void> {
    const source = this.app.get(DataSource);
    for (const column of ['secrets', 'headers'])
      await source.query(
        `update webhook_endpoints t set ${column} = (select ${column} from webhook_endpoints o
           where o.id <> t.id and o.${column} is not null and o.profile = 'standard-cloudevents' limit 1)
          where t.profile = 'standard'`,
      );
    const { body } = await this.call('tenant-standard', 'get', '/webhooks');
    expect((await this.call('tenant-standard', 'get', `/webhooks/${body.data[0].id}/secret`)).status).toBe(
      409,
    );
    await this.publish('tenant-standard');
    await this.later(0);
    this.places.add(
      'other answers',
      await this.webhooks.operator.reencryptSecrets(),
      await this.webhooks.operator.list(),
    );
  }

  async dump(): Promise<void> {
    const source = this.app.get(DataSource);
    const tables: { name: string }[] = await source.query(
      `select table_name as name from information_schema.tables where table_name like 'webhook%'`,
    );
    expect(tables.length).toBeGreaterThanOrEqual(8);
    for (const { name } of tables)
      for (const { row } of await source.query(`select t::text as row from "${name}" t`))
        this.places.add('tables', row);
  }
}
