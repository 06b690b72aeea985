import { delivered, useEngine } from './support/engine.js';
import { Leases } from '../../libs/webhooks/src/engine/claim/leases.js';
import { STORE, type Store } from '../../libs/webhooks/src/store/store.js';
import type { WebhookAlert } from '../../libs/webhooks/src/alerts/alert-channel.js';
import { callbackChannel } from '../../libs/webhooks/src/alerts/channels/callback-channel.js';

describe('The backlog of a paused endpoint', () => {
  const alerts: WebhookAlert[] = [];
  const engine = useEngine({
    options: {
      limits: { pausedBacklog: 10 },
      alerts: { channels: [callbackChannel((alert) => alerts.push(alert))] },
    },
  });
  const subjects = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => `m${String(from + index).padStart(2, '0')}`);
  const publish = async (from: number, to: number) => {
    await engine().publish(...subjects(from, to).map((subject) => delivered('a', subject)));
    await engine().runOnce();
    engine().advance(1000);
    await engine().first.maintenance.runRound();
  };
  const stateOf = async (id: string) => {
    const { data } = await engine().webhooks.deliveries.listOf('a', id, { limit: 100 });
    return data.map(({ event, state, reason }) => `${event.subject} ${reason ?? state}`).toSorted();
  };
  const each = (from: number, to: number, state: string) =>
    subjects(from, to).map((subject) => `${subject} ${state}`);

  it('is counted by each of three busy workers in every third round', async () => {
    const { module, maintenance } = engine().first;
    const counts = jest.spyOn(module.get<Store>(STORE, { strict: false }), 'checkPausedBacklogs');
    jest.replaceProperty(module.get(Leases, { strict: false }), 'workers', 3);
    const countsOfRounds: number[] = [];
    for (let round = 1; round <= 7; round++) {
      await maintenance.runRound();
      countsOfRounds.push(counts.mock.calls.length);
    }
    expect(countsOfRounds).toEqual([1, 1, 1, 2, 2, 2, 3]);
    jest.restoreAllMocks();
    for (let round = 8; round <= 9; round++) await maintenance.runRound(); // these two rounds do not count the backlog
  });

  it('loses its oldest deliveries beyond the limit, after an alert at 80 % of the limit; recover() sends them again', async () => {
    const { id } = await engine().endpoint('a', '/paused', { active: false });
    await publish(1, 7);
    await engine().runOnce();
    expect(alerts).toEqual([]);
    await publish(8, 10);
    await engine().runOnce();
    expect(alerts).toMatchObject([
      { kind: 'endpoint.backlog_filling', endpointId: id, data: { backlog: 10, limit: 10 } },
    ]);
    expect(alerts[0]!.text).toContain('10 deliveries wait for it; the limit is 10.');
    expect(await stateOf(id)).toEqual(each(1, 10, 'pending'));

    await publish(11, 13);
    expect(await stateOf(id)).toEqual([...each(1, 3, 'backlog-full'), ...each(4, 13, 'pending')]);
    expect(engine().log.warnings).toEqual([
      `Discarded the 3 oldest deliveries that waited for the paused endpoint ${id}: the limit is 10 (limits.pausedBacklog)`,
    ]);
    expect(alerts).toHaveLength(1);
    engine().log.warnings.length = 0;

    const { endpoints } = engine().webhooks;
    await endpoints.resume('a', id);
    await engine().runOnce();
    expect(await stateOf(id)).toEqual([...each(1, 3, 'backlog-full'), ...each(4, 13, 'delivered')]);
    expect(await endpoints.recover('a', id, { since: new Date(0).toISOString() })).toMatchObject({
      recovered: 3,
    });
    await engine().runOnce();
    expect(await stateOf(id)).toEqual(each(1, 13, 'delivered'));
  });
});
