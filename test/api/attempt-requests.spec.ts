import { advanceClock } from '../support/clock.js';
import { first, host, list, newAccount, receiver, useCustomers } from './customers.js';

useCustomers();
afterEach(() => host.dataSource.query('delete from webhook_deliveries'));

/** Headers that Node adds to a request. The API does not show them. */
const WIRE_ONLY = ['host', 'connection', 'content-length'];

const detailOf = async (api: ReturnType<typeof newAccount>['api']) =>
  list(api, `/webhooks/deliveries/${(await first(api)).id}`);

describe('An attempt in the log', () => {
  it('shows its request as it arrived but without the secrets, and the headers of a failed response', async () => {
    const { api, register, publish } = newAccount();
    const { secret } = await register({ headers: { 'X-Token': 's3cr3t' } });
    receiver.answer(503, 200);
    receiver.headers = { 'x-request-id': 'r1', 'set-cookie': ['session=c00kie; HttpOnly', 'b=c00kie'] };
    await publish('msg_1');
    await host.webhooks.runOnce();
    advanceClock(host.app, 60_000);
    await host.webhooks.runOnce();

    const detail = await detailOf(api);
    const { attempts } = detail;
    expect(attempts).toHaveLength(2);
    for (const [i, { request }] of attempts.entries()) {
      const { headers } = receiver.received[i]!;
      const sent = Object.entries(headers).filter(([name]) => !WIRE_ONLY.includes(name));
      expect(request).toEqual({
        method: 'POST',
        url: receiver.url,
        headers: {
          ...Object.fromEntries(sent),
          // The API derives the timestamp from the recorded time of the attempt.
          'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
          'webhook-signature': 'v1,…',
          'x-token': '…',
        },
      });
    }
    expect(attempts[0].responseHeaders).toMatchObject({ 'x-request-id': 'r1', 'set-cookie': '…' });
    expect(attempts[1].responseHeaders).toBeNull();
    expect(detail.lastAttempt).toEqual(attempts[1]);
    expect((await first(api)).lastAttempt).not.toHaveProperty('request');
    for (const hidden of [secret, 's3cr3t', 'c00kie']) expect(JSON.stringify(detail)).not.toContain(hidden);
  });

  it('keeps at most 2 KB of the headers of a failed response', async () => {
    const { api, register, publish } = newAccount();
    await register();
    receiver.answer(500);
    receiver.headers = { 'x-long': 'ä'.repeat(3_000) };
    for (let i = 0; i < 20; i++) receiver.headers[`x-header-${i}`] = 'y'.repeat(200);
    receiver.headers['x-short'] = 'z';
    await publish('msg_1');
    await host.webhooks.runOnce();
    const { responseHeaders } = (await detailOf(api)).lastAttempt;
    expect(Buffer.byteLength(JSON.stringify(responseHeaders))).toBeLessThanOrEqual(2_048);
    expect(responseHeaders['x-long']).toMatch(/^.{512}…$/);
    expect(responseHeaders).toMatchObject({ 'x-header-0': 'y'.repeat(200), 'x-short': 'z' });
    expect(responseHeaders).not.toHaveProperty('x-header-19');
  });

  it('shows no response headers of an attempt that a process of an earlier release has recorded', async () => {
    const { api, register, publish } = newAccount();
    await register();
    receiver.answer(500);
    await publish('msg_1');
    await host.webhooks.runOnce();
    expect((await detailOf(api)).lastAttempt.responseHeaders).not.toBeNull();
    await host.dataSource.query('update webhook_deliveries set attempts = 2');
    expect((await detailOf(api)).lastAttempt).toMatchObject({ number: 2, responseHeaders: null });
  });

  it('shows the request of a callback, and the request of a deleted webhook', async () => {
    const { api, register, publish } = newAccount();
    const { id } = await register({ headers: { 'X-Token': 's3cr3t' } });
    await publish('msg_1');
    await publish('msg_2', { callbackUrl: `${receiver.url}/callback` });
    await host.webhooks.runOnce();
    await api.delete(`/webhooks/${id}`).expect(204);
    const all = (await list(api, '/webhooks/deliveries')).data;
    const requests = await Promise.all(
      all.map(async (each: { id: string }) => {
        const { attempts } = await list(api, `/webhooks/deliveries/${each.id}`);
        return [attempts[0].request.url, attempts[0].request.headers['webhook-signature']];
      }),
    );
    expect(requests).toEqual([
      [`${receiver.url}/callback`, 'v1,…'],
      [receiver.url, 'v1,…'],
    ]);
  });
});
