import { LineLogger } from '../../libs/webhooks/src/core/line-logger.js';
import { advanceClock } from '../support/clock.js';
import { host, list, message, newAccount, receiver, useCustomers } from './customers.js';

useCustomers();

const HOUR = 3_600_000;
const idsOf = ({ data }: { data: { id: string }[] }): string[] => data.map(({ id }) => id);

describe('Events', () => {
  it('are listed newest first, page by page, and each only once', async () => {
    const { api, publish } = newAccount();
    const published: string[] = [];
    for (let i = 1; i <= 5; i++) published.unshift((await publish(`msg_${i}`)).id);
    const pages: string[][] = [];
    let cursor: string | null = null;
    do {
      const page = await list(api, `/webhooks/events?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
      pages.push(idsOf(page));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(pages).toEqual([published.slice(0, 2), published.slice(2, 4), published.slice(4)]);
  });

  it('are found by type, subject and time', async () => {
    const { api, publish } = newAccount();
    const early = await publish('msg_1');
    advanceClock(host.app, HOUR);
    const late = await publish('msg_2', { type: 'message.failed' });
    const again = await publish('msg_1', { type: 'message.failed' });
    const [, second] = (await list(api, '/webhooks/events')).data;
    const found = async (filter: string) => idsOf(await list(api, `/webhooks/events?${filter}`));

    expect(await found('type=message.failed')).toEqual([again.id, late.id]);
    expect(await found('subject=msg_1')).toEqual([again.id, early.id]);
    expect(await found('subject=msg_1&type=message.delivered')).toEqual([early.id]);
    expect(await found(`since=${second.createdAt}`)).toEqual([again.id, late.id]);
    expect(await found(`until=${second.createdAt}`)).toEqual([early.id]);
    expect(await found('type=message.queued')).toEqual([]);
  });

  it('show their data and their deliveries', async () => {
    const { api, register, publish } = newAccount();
    const endpoint = await register();
    const { id } = await publish('msg_1', { source: '/v1/send' });
    const waiting = (await api.get(`/webhooks/events/${id}`).expect(200)).body;
    expect(waiting).toMatchObject({ id, relayed: false, deliveries: [], source: '/v1/send' });

    await host.webhooks.runOnce();
    const { body } = await api.get(`/webhooks/events/${id}`).expect(200);
    expect(body).toMatchObject({
      relayed: true,
      type: 'message.delivered',
      subject: 'msg_1',
      data: message('msg_1'),
      deliveries: [{ endpointId: endpoint.id, state: 'delivered' }],
      hasMoreDeliveries: false,
    });
  });

  it('of another account are a 404, and are not listed', async () => {
    const { id } = await newAccount().publish('msg_1');
    const { api } = newAccount();
    const { body } = await api.get(`/webhooks/events/${id}`).expect(404);
    expect(body.code).toBe('event_not_found');
    await api.get('/webhooks/events/evt_1').expect(404);
    expect(await list(api, '/webhooks/events')).toEqual({ data: [], nextCursor: null });
    expect((await api.get('/webhooks/events?cursor=1').expect(400)).body.details[0].field).toBe('cursor');
  });
});

describe('A replay', () => {
  afterEach(() => jest.restoreAllMocks());

  const past = (): string => new Date(Date.now() - HOUR).toISOString();
  const received = (): unknown[] => receiver.received.map(({ headers }) => headers['webhook-id']);

  it('sends events, with their own ids, to an endpoint that was registered after them', async () => {
    const { api, register, publish } = newAccount();
    const first = await publish('msg_1');
    const second = await publish('msg_2');
    await host.webhooks.runOnce();
    const endpoint = await register();
    const { body } = await api.post(`/webhooks/${endpoint.id}/replay`, { since: past() }).expect(202);
    expect(body).toMatchObject({
      dryRun: false,
      matched: 2,
      job: { state: 'pending', matched: 2, done: 0, left: 2 },
    });
    await host.webhooks.runOnce();
    expect(received()).toEqual([first.id, second.id]);
    const job = (await api.get(`/webhooks/jobs/${body.job.id}`).expect(200)).body;
    expect(job).toMatchObject({
      kind: 'replay',
      state: 'done',
      endpointId: endpoint.id,
      matched: 2,
      done: 2,
      left: 0,
      deliveries: 2,
      error: null,
      finishedAt: expect.any(String),
    });
    expect(await list(api, `/webhooks/jobs?endpointId=${endpoint.id}`)).toEqual({
      data: [job],
      nextCursor: null,
    });
  });

  it('leaves out test events, types that the call does not name, and events that the endpoint already has or does not subscribe to', async () => {
    const { api, register, publish } = newAccount();
    await publish('msg_1');
    await publish('msg_2', { type: 'message.failed' });
    const missed = await publish('msg_3', { type: 'message.sent' });
    const endpoint = await register({ events: ['message.sent', 'message.delivered'] });
    await host.webhooks.runOnce();
    const relaySoon = async () => {
      while ((await host.webhooks.runOnce()).relayed === 0);
    };
    await Promise.all([api.post(`/webhooks/${endpoint.id}/test`).expect(202), relaySoon()]);
    await publish('msg_4', { type: 'message.sent' });
    await host.webhooks.runOnce();
    receiver.received.length = 0;

    const replay = { since: past(), types: ['message.sent', 'message.failed'] };
    const path = `/webhooks/${endpoint.id}/replay`;
    const { body: counted } = await api.post(path, { ...replay, dryRun: true }).expect(202);
    expect(counted).toEqual({ dryRun: true, matched: 2, done: 2, left: 0, deliveries: 1, job: null });
    await host.webhooks.runOnce();
    expect(received()).toEqual([]);

    for (const expected of [[missed.id], []]) {
      receiver.received.length = 0;
      await api.post(path, replay).expect(202);
      await host.webhooks.runOnce();
      expect(received()).toEqual(expected);
    }
  });

  it('goes through many events in passes, and repeats a pass that failed', async () => {
    const { api, register, publish, tenantId } = newAccount();
    const events = Array.from({ length: 250 }, (_, i) => ({
      type: 'message.delivered' as const,
      tenantId,
      subject: `msg_${i}`,
      data: message(`msg_${i}`),
    }));
    const published = await host.dataSource.transaction((tx) => host.webhooks.publish(tx, events));
    await host.webhooks.runOnce();
    const endpoint = await register();
    const { body } = await api.post(`/webhooks/${endpoint.id}/replay`, { since: past() }).expect(202);
    const lastId = published.at(-1)!.id;
    // The pass with the last event fails, as if the process had died.
    const { dataSource } = host;
    jest.spyOn(LineLogger.prototype, 'error').mockImplementation();
    await dataSource.query(`create function refuse() returns trigger language plpgsql as $$ begin
      if (select id from webhook_events where sequence = new.event_sequence)::text = tg_argv[0] then raise 'no'; end if;
      return new; end $$`);
    const [{ uuid }] = await dataSource.query(
      `select id as uuid from webhook_events order by sequence desc limit 1`,
    );
    await dataSource.query(
      `create trigger refuse before insert on webhook_deliveries for each row execute function refuse('${uuid}')`,
    );
    await host.webhooks.runOnce();
    const stopped = (await api.get(`/webhooks/jobs/${body.job.id}`)).body;
    expect(stopped).toMatchObject({ state: 'running', matched: 250, deliveries: stopped.done });
    expect(stopped.done).toBeGreaterThanOrEqual(100);
    expect(stopped.left).toBe(250 - stopped.done);
    expect(stopped.left).toBeGreaterThan(0);
    await dataSource.query('drop function refuse cascade');
    await publish('msg_live');
    advanceClock(host.app, 60_000);
    await host.webhooks.runOnce();

    expect((await api.get(`/webhooks/jobs/${body.job.id}`)).body).toMatchObject({ state: 'done', done: 250 });
    expect(received()).toContain(lastId);
    expect(new Set(received()).size).toBe(251);
    expect(received()).toHaveLength(251);
  });

  it('lets live events go first, or after one past event at most', async () => {
    const { api, register, publish } = newAccount();
    const old = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((subject) => publish(subject)));
    await host.webhooks.runOnce();
    const endpoint = await register({ maxInFlight: 1 });
    await api.post(`/webhooks/${endpoint.id}/pause`);
    await api.post(`/webhooks/${endpoint.id}/replay`, { since: past() }).expect(202);
    await host.webhooks.runOnce();
    const live = await publish('live');
    await host.webhooks.runOnce();
    expect(received()).toEqual([]);
    await api.post(`/webhooks/${endpoint.id}/resume`);
    await host.webhooks.runOnce();
    expect(received()).toHaveLength(6);
    expect(received().indexOf(live.id)).toBeLessThanOrEqual(1);
    expect(received()).toEqual(expect.arrayContaining(old.map(({ id }) => id)));
  });

  it('can be cancelled, and is refused while another replay for the same endpoint has not ended', async () => {
    const { api, register, publish } = newAccount();
    await publish('msg_1');
    await host.webhooks.runOnce();
    const endpoint = await register();
    const path = `/webhooks/${endpoint.id}/replay`;
    const { body } = await api.post(path, { since: past() }).expect(202);
    expect((await api.post(path, { since: past() }).expect(409)).body.code).toBe('replay_running');
    const job = `/webhooks/jobs/${body.job.id}`;
    expect((await api.post(`${job}/cancel`).expect(200)).body.state).toBe('cancelled');
    expect((await api.post(`${job}/cancel`).expect(409)).body.code).toBe('job_finished');
    await host.webhooks.runOnce();
    expect(received()).toEqual([]);
    await newAccount().api.get(job).expect(404);
    await newAccount().api.post(`${job}/cancel`).expect(404);
  });

  it('refuses a wrong range, unknown fields, a disabled endpoint and an endpoint of another account', async () => {
    const { api, register } = newAccount();
    const endpoint = await register();
    const path = `/webhooks/${endpoint.id}/replay`;
    const fieldOf = async (body: object) => (await api.post(path, body).expect(400)).body.details[0].field;
    expect(await fieldOf({})).toBe('since');
    expect(await fieldOf({ since: '2999-01-01' })).toBe('since');
    expect(await fieldOf({ since: past(), until: '2020-01-01' })).toBe('until');
    expect(await fieldOf({ since: past(), type: 'message.sent' })).toBe('type');
    expect(await fieldOf({ since: past(), types: ['message.*'] })).toBe('types');
    await newAccount().api.post(path, { since: past() }).expect(404);
    await host.webhooks.operator.disable(endpoint.id);
    expect((await api.post(path, { since: past() }).expect(409)).body.code).toBe('endpoint_closed');
  });

  it('fails with an error if the endpoint is deleted before the replay has ended', async () => {
    const { api, register, publish } = newAccount();
    await publish('msg_1');
    await host.webhooks.runOnce();
    const endpoint = await register();
    const { body } = await api.post(`/webhooks/${endpoint.id}/replay`, { since: past() }).expect(202);
    await api.delete(`/webhooks/${endpoint.id}`).expect(204);
    await host.webhooks.runOnce();
    expect((await api.get(`/webhooks/jobs/${body.job.id}`)).body).toMatchObject({
      state: 'failed',
      error: 'The webhook was disabled or deleted before the replay had ended.',
    });
  });

  it('creates no delivery of an event that is not relayed yet', async () => {
    const { api, register, publish } = newAccount();
    const endpoint = await register();
    const { id } = await publish('msg_1');
    await api.post(`/webhooks/${endpoint.id}/replay`, { since: past() }).expect(202);
    await host.webhooks.runOnce();
    advanceClock(host.app, 10_000);
    await host.webhooks.runOnce();
    expect(received()).toEqual([id]);
    const [job] = (await list(api, '/webhooks/jobs')).data;
    expect(job).toMatchObject({ state: 'done', deliveries: 0 });
  });
});
