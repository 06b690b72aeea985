import type { LoggerService } from '@nestjs/common';
import { AlertSender } from '../../libs/webhooks/src/alerts/alert-sender.js';
import { callbackChannel } from '../../libs/webhooks/src/alerts/channels/callback-channel.js';
import { logChannel } from '../../libs/webhooks/src/alerts/channels/log-channel.js';
import { defineProfile } from '../../libs/webhooks/src/profiles/profile.js';
import { standard } from '../../libs/webhooks/src/profiles/dialects/standard.js';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';

/** Text that ends the line, forges another line, clears a terminal, and reverses the direction of writing. */
const FORGED = 'x\r\nERROR [Webhooks] forged\u2028\u0085\u001b[2J\u202e';
const TENANT = `tenant ${FORGED}`;

/** A host's own profile whose error quotes the data of an event. */
const quoting = defineProfile({
  ...standard(),
  name: 'quoting',
  title: 'Quoting',
  render: (event) => {
    const { message } = event.data as { message?: unknown };
    if (message !== FORGED) return standard().render(event);
    throw new Error(`cannot say ${message}`);
  },
});

/** Keeps every record that the host's logger gets. */
class Records implements LoggerService {
  readonly all: { level: string; line: string }[] = [];
  log = (line: unknown): void => this.keep('log', line);
  warn = (line: unknown): void => this.keep('warn', line);
  error = (line: unknown): void => this.keep('error', line);
  debug = (line: unknown): void => this.keep('debug', line);
  verbose = (line: unknown): void => this.keep('verbose', line);

  private keep(level: string, line: unknown): void {
    this.all.push({ level, line: String(line) });
  }
}

describe('A line of the log cannot be forged', () => {
  const records = new Records();
  let host: WebhooksHost;
  let receiver: Receiver;

  beforeAll(async () => {
    const failing = callbackChannel(() => {
      throw new Error(`550 no such user ${FORGED}`);
    });
    [receiver, host] = await Promise.all([
      startReceiver(),
      startHost({
        logger: false,
        options: { profiles: [quoting], alerts: { channels: [logChannel(), failing] } },
      }),
    ]);
    host.app.useLogger(records);
  });
  afterAll(() => Promise.all([host.close(), receiver.close()]));

  /**
   * Returns the new records that contain a piece of the forged text. Expects each new record to be one line.
   */
  function said(): string[] {
    const all = records.all.splice(0);
    for (const { line } of all) expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u);
    return all.flatMap(({ level, line }) => (line.includes('forged') ? [`${level}: ${line}`] : []));
  }

  const register = async () =>
    (await host.webhooks.endpoints.create(TENANT, { url: receiver.url, events: ['*'] })).id;

  it('by the URL of a customer', async () => {
    for (const url of [`https://10.0.0.1/${FORGED}`, `https://${FORGED}.local/`, 'https://forged-host/'])
      await host.as('a').post('/webhooks', { url, events: ['*'] });
    expect(said()).toEqual([expect.stringContaining('debug: Refused a webhook URL: "forged-host"')]);
  });

  it('by the name of a tenant in an alert, or by the error of an alert channel', async () => {
    await host.webhooks.operator.disable(await register());
    await host.app.get(AlertSender, { strict: false }).sendDue();
    expect(said().toSorted()).toEqual([
      expect.stringContaining('error: Alert channel "callback" failed: 550 no such user x'),
      expect.stringContaining('warn: Webhook disabled: http://127.0.0.1'),
    ]);
  });

  it('by a host’s error that quotes forged text', async () => {
    host.webhooks.audit.onAudit(() => {
      throw new Error(`nobody knows ${FORGED}`);
    });
    await register();
    expect(said()).toEqual([
      expect.stringContaining('error: A listener of "audit" threw on endpoint.created'),
    ]);
  });

  it('by published data, or by the error of a listener of the host', async () => {
    await host.webhooks.endpoints.create(TENANT, { url: receiver.url, events: ['*'], profile: 'quoting' });
    await register();
    host.webhooks.events.on('delivered', () => {
      throw new Error(`listener of ${FORGED}`);
    });
    await host.dataSource.transaction((tx) =>
      host.webhooks.publish(tx, {
        type: 'webhook.test',
        tenantId: TENANT,
        subject: FORGED,
        data: { message: FORGED },
      }),
    );
    await host.webhooks.runOnce();
    const lines = said();
    expect(lines).toContainEqual(expect.stringContaining('error: Profile "quoting" failed to render event'));
    expect(lines).toContainEqual(
      expect.stringContaining('error: A listener of "delivered" threw: Error: listener'),
    );
  });

  it('by the name of a tenant whose secret cannot be opened, or whose callbacks fail', async () => {
    await host.dataSource.query(
      `update webhook_endpoints set secrets = '[{"sealed":"v1.k1.x","createdAt":1,"expiresAt":null}]'`,
    );
    await host.dataSource.query(`update webhook_accounts set secrets = '[]'`);
    receiver.answer(500);
    await host.dataSource.transaction((tx) =>
      host.webhooks.publish(tx, [
        { type: 'webhook.test', tenantId: TENANT, data: { message: 'x' } },
        ...Array.from({ length: 6 }, () => ({
          type: 'webhook.test' as const,
          tenantId: `other ${FORGED}`,
          callbackUrl: receiver.url,
          data: { message: 'x' },
        })),
      ]),
    );
    await host.webhooks.runOnce();
    const lines = said();
    expect(lines).toContainEqual(expect.stringContaining('error: A secret of tenant x'));
    expect(lines).toContainEqual(expect.stringContaining('warn: A callback origin of tenant other x'));
  });
});
