import type { Profile } from '../../libs/webhooks/src/profiles/profile.js';
import { ECHO, type Life, SHOWN, WIRE } from './life.js';

/** Takes an endpoint of a profile through its life: register, change, rotate, reveal, deliver, fail, disable, resume. */
export async function liveThrough(life: Life, { name, registration, secret: rules }: Profile): Promise<void> {
  const tenant = `tenant-${name}`;
  const own = rules.owner === 'endpoint';
  // httpSMS sends its token in `authorization`, so its customers cannot set that header.
  const authorization = name === 'httpsms' ? 'x-token' : 'authorization';
  const body = {
    profile: name,
    url: `${life.receiver.url}/${name}?customer=7`,
    events: registration.eventNames?.slice(0, registration.maxEvents) ?? ['*'],
    headers: {
      [authorization]: life.secret(`Bearer token-of-${name}-0123456789`, WIRE),
      'x-api-key': life.secret(`key-of-${name}-0123456789`, WIRE),
    },
    alertEmail: registration.fields.includes('alertEmail') ? 'owner@example.com' : undefined,
    sendAlertEmail: registration.fields.includes('sendAlertEmail') ? true : undefined,
  };
  // The secret of an account must fit every profile. The secret of an endpoint may be any text in most profiles.
  const isText = own && !name.startsWith('standard');
  const brought = () => (isText ? rules.generate().replace('whsec_', 'text-') : rules.generate());
  const first = rules.callerSupplied ? life.secret(brought()) : undefined;
  const created = await life.call(tenant, 'post', '/webhooks', { ...body, secret: first });
  expect([name, created.status]).toEqual([name, 201]);
  if (own && first === undefined && created.body.secret) life.secret(created.body.secret, SHOWN);
  if (first !== undefined) life.secrets.set(first, [SHOWN]);
  const path = `/webhooks/${created.body.id}`;

  await life.call(tenant, 'post', '/webhooks', { ...body, secret: life.secret(brought()), nonsense: 1 });
  await life.call(tenant, 'post', '/webhooks', {
    ...body,
    secret: `${life.secret(brought())}\u0001`,
    url: 'nonsense',
  });
  await life.call(tenant, 'post', '/webhooks', { ...body, secret: [life.secret(brought())] });
  await life.call(tenant, 'patch', path, { secret: life.secret(brought()), headers: body.headers });
  await life.call(tenant, 'patch', path, { secret: { of: life.secret(brought()) } });
  await life.webhooks.endpoints
    .create(tenant, { ...body, secret: life.secret(brought()), timeoutMs: -1 })
    .catch((error: unknown) => life.places.add('errors', error));

  const rotations = own ? `${path}/rotate-secret` : '/webhooks/account/rotate-secret';
  const given = life.secret(brought(), SHOWN);
  const rotated = await life.call(tenant, 'post', rotations, { secret: given, overlapMs: 3_600_000 });
  expect([name, rotated.status]).toEqual([name, 200]);
  const generated = await life.call(tenant, 'post', rotations, {});
  expect([name, generated.status]).toEqual([name, rules.callerSupplied ? 422 : 200]);
  if (generated.status === 200) life.secret(generated.body.secret, SHOWN);
  expect((await life.call(tenant, 'get', `${path}/secret`)).status).toBe(own ? 200 : 409);
  life.secret((await life.call(tenant, 'get', '/webhooks/account/secret')).body.secret, SHOWN);

  await life.publish(tenant);
  await life.later(0);
  for (const status of [500, 302, 410]) {
    life.receiver.answer(status);
    await life.publish(tenant);
    await life.later(3_600_000);
  }
  life.receiver.answer(200);
  for (const action of ['resume', 'test?wait=1', 'pause', 'resume'])
    await life.call(tenant, 'post', `${path}/${action}`);
  await life.later(60_000);
  for (const route of ['', '/account', '/deliveries', '/event-types', '/subjects/msg_1'])
    await life.call(tenant, 'get', `/webhooks${route}`);
  const log = await life.call(tenant, 'get', `${path}/deliveries`);
  for (const { id } of log.body.data.slice(0, 3))
    await life.call(tenant, 'get', `/webhooks/deliveries/${id}`);
  await life.call(tenant, 'get', path);
  await life.call(tenant, 'post', `${path}/recover`, { since: '2020-01-01' });
  await life.later(0);
}

/** Calls the platforms' own routes. The routes of httpSMS return `signing_key`. */
export async function usePlatformRoutes(life: Life): Promise<void> {
  const fields = {
    url: life.receiver.url,
    events: ['message.phone.sent'],
    phone_numbers: ['+18005550199'],
  };
  const echoed = life.secret('a signing key of httpSMS 0123456789', ECHO);
  const { body } = await life.call('platform', 'post', '/v1/webhooks', { ...fields, signing_key: echoed });
  await life.call('platform', 'get', '/v1/webhooks');
  await life.call('platform', 'put', `/v1/webhooks/${body.data.id}`, { ...fields, signing_key: echoed });
  const kept = life.secret('a secret of Mobile Text Alerts 0123456789');
  const alerts = { url: life.receiver.url, event: 'message-reply', secret: kept };
  const { body: made } = await life.call('platform', 'post', '/v3/webhooks', alerts);
  await life.call('platform', 'patch', `/v3/webhooks/${made.data.id}`, {
    secret: life.secret('another 0123456789'),
    url: 'x',
  });
  await life.call('platform', 'get', '/v3/webhooks');
  await life.call('platform', 'get', '/webhooks');
}
