// @ts-check
const { setTimeout: delay } = require('node:timers/promises');
const { startBreakableReceiver } = require('./receiver.js');

const MESSAGES = 5;
const POLL_MS = 100;
const MAX_WAIT_MS = 60_000;

/**
 * Plays a customer whose receiver breaks. Uses only the REST API. The customer registers a URL, and finds out why nothing
 * arrives. After the repair, the customer sends what waits. Then the customer registers a second URL, and replays the past
 * events that this URL missed.
 *
 * @param {object} of
 * @param {string} of.api URL of the API, such as `http://127.0.0.1:3000/api/v1`
 * @param {string} of.key API key of an account
 * @param {(line: string) => void} [of.say]
 * @returns {Promise<{ step: string, calls: number, ms: number }[]>} the steps, each with its number of API calls and its duration (ms)
 * @throws {Error} if a call fails, or if a step does not reach its result in time
 */
async function playRepair({ api, key, say = () => undefined }) {
  const receiver = await startBreakableReceiver();
  /** @type {{ step: string, calls: number, ms: number }[]} */
  const steps = [];
  let calls = 0;

  /** @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} */
  const call = async (method, path, body) => {
    calls++;
    const response = await fetch(`${api}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  /** @template Result @param {string} name @param {() => Promise<Result>} play @returns {Promise<Result>} */
  const step = async (name, play) => {
    const began = performance.now();
    calls = 0;
    const result = await play();
    const ms = Math.round(performance.now() - began);
    steps.push({ step: name, calls, ms });
    say(`${name.padEnd(46)} ${String(calls).padStart(3)} calls ${String(ms).padStart(6)} ms`);
    return result;
  };
  /**
   * Polls until `isDone` returns true. After too long, throws an error that begins with `what`.
   *
   * @param {string} what
   * @param {() => boolean | Promise<boolean>} isDone
   */
  const until = async (what, isDone) => {
    const deadline = performance.now() + MAX_WAIT_MS;
    while (!(await isDone())) {
      if (performance.now() > deadline) throw new Error(`${what}: not within ${MAX_WAIT_MS / 1000} s`);
      await delay(POLL_MS);
    }
  };
  /** @param {string} path @param {string[]} ids */
  const hasAll = (path, ids) => {
    const arrived = receiver.arrived(path, 200);
    return ids.every((id) => arrived.includes(id));
  };
  /** @param {number} count */
  const sendMessages = async (count) => {
    for (let i = 0; i < count; i++)
      await call('POST', '/messages/sms', { to: '+14155550120', message: `Parcel ${i}` });
  };

  try {
    const since = new Date(Date.now() - 1000).toISOString();
    const hook = await step('register', () =>
      call('POST', '/webhooks', {
        url: `${receiver.url}/first`,
        events: ['message.delivered'],
        profile: 'standard',
      }),
    );
    await step('a message, and its webhook arrives', async () => {
      await sendMessages(1);
      await until('the first webhook', () => receiver.arrived('/first', 200).length > 0);
    });
    receiver.breakDown();
    const listFailures = () => call('GET', `/webhooks/${hook.id}/deliveries?statusClass=5xx`);
    const lost = await step(`the receiver is broken: ${MESSAGES} messages`, async () => {
      await sendMessages(MESSAGES);
      // There may be more failures: other messages of the account may be under way.
      await until('requests that fail', () => receiver.arrived('/first', 503).length >= MESSAGES);
      const [first = ''] = receiver.arrived('/first', 503);
      // A response is on record a moment after the receiver has sent it.
      await until('failures on record', async () => {
        const { data } = await listFailures();
        const ids = data.map((/** @type {{ event: { id: string } }} */ { event }) => event.id);
        return ids.length >= MESSAGES && ids.includes(first);
      });
      return first;
    });
    await step('find out why', async () => {
      const { data } = await listFailures();
      const found = await call('GET', `/webhooks/deliveries?eventId=${lost}`);
      const detail = await call('GET', `/webhooks/deliveries/${found.data[0].id}`);
      const { status, response, responseHeaders } = detail.lastAttempt;
      say(
        `  ${data.length} failed; ${lost}: ${status} "${response}", x-error-id ${responseHeaders['x-error-id']}`,
      );
      say(`  waits because of ${detail.waits}, next attempt at ${detail.nextAttemptAt}`);
    });
    receiver.repair();
    await step('repaired: send what waits', async () => {
      const { matched, recovered } = await call('POST', `/webhooks/${hook.id}/recover`, { since });
      say(`  ${matched} matched, ${recovered} sent now`);
      await until('what waited', () => hasAll('/first', receiver.arrived('/first', 503)));
    });
    const second = await step('register a second URL, later', () =>
      call('POST', '/webhooks', {
        url: `${receiver.url}/second`,
        events: ['message.delivered'],
        profile: 'standard',
      }),
    );
    await step('replay what the second URL missed', async () => {
      const range = { since, types: ['message.delivered'] };
      const dry = await call('POST', `/webhooks/${second.id}/replay`, { ...range, dryRun: true });
      let { job } = await call('POST', `/webhooks/${second.id}/replay`, range);
      await until('the replay', async () => {
        job = await call('GET', `/webhooks/jobs/${job.id}`);
        return job.state !== 'pending' && job.state !== 'running';
      });
      await until('what the second URL missed', () => hasAll('/second', receiver.arrived('/first', 200)));
      say(
        `  a dry run found ${dry.deliveries}; job ${job.state}: ${job.deliveries} created, ${job.left} left`,
      );
    });
    await step('delete both', async () => {
      for (const { id } of [hook, second]) await call('DELETE', `/webhooks/${id}`);
    });
    return steps;
  } finally {
    await receiver.close();
  }
}

module.exports = { playRepair };
