import { DataSource } from 'typeorm';
import { startBackend } from '../../../test/support/sample-app.js';
import type { RunningBackend } from '../../../test/support/sample-app.js';
import { HeartbeatCheck } from './heartbeat-check.js';
import { CarrierSimulator } from './simulator.js';

const MINUTE = 60_000;

describe('The sample’s events about messages and phones', () => {
  let backend: RunningBackend;
  beforeAll(async () => (backend = await startBackend()));
  afterAll(() => backend.close());

  /** The data of all published events of a type, oldest first. */
  async function dataOf(type: string): Promise<unknown[]> {
    const events = await backend.app
      .get(DataSource)
      .query<{ data: string }[]>('select data from webhook_events where type = $1 order by id', [type]);
    return events.map(({ data }) => JSON.parse(data) as unknown);
  }

  it('include the external id, tags, phone and SIM of a message, and whether it was refunded', async () => {
    const known = { externalId: 'order-7', tags: { campaign: 'spring' }, sim: 1 };
    for (const [to, message] of [
      ['+14155550121', 'Are you coming?'],
      ['+14155550126', 'This number does not exist.'],
    ])
      await backend.post('/messages/sms', { to, message, ...known }).expect(201);
    await backend.app.get(CarrierSimulator).whenIdle();

    const everywhere = { ...known, deviceId: 'phone-of-acme' };
    expect(await dataOf('message.delivered')).toMatchObject([
      { message: { ...everywhere, refunded: false } },
    ]);
    expect(await dataOf('message.failed')).toMatchObject([{ message: { ...everywhere, refunded: true } }]);
    expect(await dataOf('message.received')).toMatchObject([
      { message: { ...everywhere, direction: 'in', body: 'Yes, thank you.' } },
    ]);
  });

  it('report once, after an hour without a heartbeat, that a phone is offline', async () => {
    const phone = { phoneNumber: '+14155550777', online: true };
    await backend.post('/carrier/heartbeat', phone).expect(200);
    const heartbeats = backend.app.get(HeartbeatCheck);
    const now = Date.now();
    expect(await heartbeats.check(now + 59 * MINUTE)).toBe(0);
    expect(await heartbeats.check(now + 61 * MINUTE)).toBe(1);
    expect(await heartbeats.check(now + 61 * MINUTE)).toBe(0);
    expect(await dataOf('phone.offline')).toMatchObject([{ phone: { number: phone.phoneNumber } }]);
    expect((await backend.post('/carrier/heartbeat', phone).expect(200)).body.applied).toBe(true);
  });
});
