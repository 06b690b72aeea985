import { Session } from '../../libs/webhooks/src/store/postgres/connection/session.js';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';

describe('The health of the tables', () => {
  let host: WebhooksHost;
  beforeAll(async () => (host = await startHost()));
  afterAll(() => host.close());

  it('says nothing when all is well', async () => {
    expect(await host.webhooks.health()).toEqual([]);
  });

  it('warns of events that no worker relays, and says what to look at', async () => {
    await host.dataSource.transaction((tx) =>
      host.webhooks.publish(tx, { type: 'webhook.test', tenantId: 'a', data: { message: 'hello' } }),
    );
    host.app.get(Session, { strict: false }).clockOffset += 5 * 60_000;
    const warnings = await host.webhooks.health();
    expect(warnings).toMatchObject([
      { kind: 'relay-lag', message: expect.stringContaining('no worker runs') },
    ]);
    expect(Number(warnings[0]!.data.lagMs)).toBeGreaterThanOrEqual(5 * 60_000);
    await host.webhooks.runOnce();
    expect(await host.webhooks.health()).toEqual([]);
  });
});
