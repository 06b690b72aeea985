// The work that every contender gets: status changes of messages. There are 100 tenants with one endpoint each.
const { createHash, createSecretKey } = require('node:crypto');

const TENANTS = 100;

/** @param {number} endpoint */
function bytesOf(endpoint) {
  return createHash('sha256').update(`endpoint ${endpoint}`).digest().subarray(0, 24);
}

/** @param {number} endpoint */
function keyOf(endpoint) {
  return createSecretKey(bytesOf(endpoint));
}

/** The secret as the endpoint's owner sees it. @param {number} endpoint */
function secretOf(endpoint) {
  return `whsec_${bytesOf(endpoint).toString('base64')}`;
}

/** @param {number} endpoint */
function tenantOf(endpoint) {
  return `tenant-${endpoint}`;
}

/**
 * The event that the host publishes for a status change. Each event has a subject of its own.
 *
 * @param {number} number
 * @param {number} [endpoints]
 */
function eventOf(number, endpoints = TENANTS) {
  return {
    type: 'message.delivered',
    tenantId: tenantOf(number % endpoints),
    subject: `msg_${number}`,
    data: {
      message: {
        id: `msg_${number}`,
        direction: 'out',
        from: 'MyApp',
        to: '+256701521269',
        status: 'delivered',
        providerId: 'SM1234567890abcdef',
        body: 'Your parcel is at the counter, the code is 4711. Open until eight.',
      },
    },
  };
}

/**
 * Returns the event of `eventOf(number)` as a job of a queue. The body is rendered when the job is enqueued. The endpoint is
 * looked up in memory when the job is sent.
 *
 * @param {number} number
 */
function jobOf(number) {
  const { type, data } = eventOf(number);
  return {
    id: `evt_${String(number).padStart(26, '0')}`,
    endpoint: number % TENANTS,
    body: JSON.stringify({ type, timestamp: new Date().toISOString(), data }),
  };
}

/** @param {number} first @param {number} count */
function jobs(first, count) {
  return Array.from({ length: count }, (_, i) => jobOf(first + i));
}

/**
 * The endpoints of a queue's jobs, as a service would keep them in memory.
 *
 * @param {string} origin of the receiver
 */
function endpointsAt(origin) {
  return Array.from({ length: TENANTS }, (_, endpoint) => ({
    url: `${origin}/ok/${endpoint}`,
    origin,
    path: `/ok/${endpoint}`,
    key: keyOf(endpoint),
  }));
}

module.exports = { endpointsAt, eventOf, jobOf, jobs, keyOf, secretOf, TENANTS, tenantOf };
