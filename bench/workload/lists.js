// The lists of the API and the operator, with each filter.
const { DAYS, SUBJECT, TENANT } = require('../testbed/log-rows.js');

const DAY_MS = 86_400_000;

/**
 * Returns pairs of a name and a call. A name with "(none)" means that the filter matches nothing: some of these calls read the
 * most rows.
 *
 * @param {object} of
 * @param {{ query(sql: string, parameters?: unknown[]): Promise<{ rows: any[] }> }} of.client
 * @param {any} of.webhooks the service
 * @returns {Promise<[string, () => Promise<any>][]>}
 */
async function listsOf({ client, webhooks }) {
  const { deliveries, endpoints, eventLog, jobs, operator, subjects } = webhooks;
  const [middle] = (
    await client.query(
      `select d.id, e.id as event, d.created_at as at, l.endpoint_id as endpoint
         from webhook_deliveries d join webhook_events e on e.sequence = d.event_sequence join webhook_lanes l on l.id = d.lane_id
        where l.tenant_id = $1 and d.id >= (select (min(id) + max(id)) / 2 from webhook_deliveries)
        order by d.id limit 1`,
      [TENANT],
    )
  ).rows;
  const newest = await endpoints.list(TENANT, { limit: 100 });
  const endpointId = newest.data.at(-1).id;
  const at = Number(middle.at);
  const day = { since: at, until: at + DAY_MS };
  const lastWeek = at + (DAYS / 2 - 7) * DAY_MS;
  const failed = { states: ['exhausted', 'discarded'] };
  const ofDeliveries = {
    'no filter': {},
    'limit=100': { limit: 100 },
    'cursor in the middle': { cursor: `dlv_${middle.id}` },
    endpointId: { endpointId },
    'endpointId, state=exhausted, 5xx': { endpointId, states: ['exhausted'], statusClass: '5xx' },
    deliveryId: { deliveryId: `dlv_${middle.id}` },
    eventId: { eventId: middle.event },
    subject: { subject: SUBJECT },
    'subject, state=exhausted': { subject: SUBJECT, states: ['exhausted'] },
    'state=delivered': { states: ['delivered'] },
    'state=exhausted': { states: ['exhausted'] },
    'state=discarded': { states: ['discarded'] },
    'state=exhausted,discarded': failed,
    'state=pending': { states: ['pending'] },
    'state=sending (none)': { states: ['sending'] },
    '5xx': { statusClass: '5xx' },
    '4xx (none)': { statusClass: '4xx' },
    'no status': { statusClass: 'none' },
    'status=503': { status: 503 },
    'status=404 (none)': { status: 404 },
    'state=exhausted, 4xx (none)': { states: ['exhausted'], statusClass: '4xx' },
    eventType: { eventType: 'message.failed' },
    'eventType (none)': { eventType: 'message.received' },
    'since last week': { since: lastWeek },
    'until the middle': { until: at },
    'a day in the middle': day,
    'a day in the middle, state=exhausted,discarded': { ...day, ...failed },
    'a day in the middle, endpointId': { ...day, endpointId },
    'test=true (none)': { test: true },
    'test=false': { test: false },
  };
  const ofEvents = {
    'no filter': {},
    'cursor in the middle': { cursor: (await eventLog.list(TENANT, { until: at })).nextCursor },
    type: { type: 'message.failed' },
    'type (none)': { type: 'message.received' },
    subject: { subject: SUBJECT },
    'a day in the middle': day,
    'a day in the middle, type': { ...day, type: 'message.failed' },
  };
  const ofEndpoints = {
    'no filter': {},
    'state=paused (none)': { state: 'paused' },
    'profile (none)': { profile: 'opensms' },
    'uid (none)': { uid: 'nobody' },
  };
  const ofAllDeliveries = {
    'no filter': {},
    'state=exhausted': { states: ['exhausted'] },
    'state=sending (none)': { states: ['sending'] },
    'cursor in the middle': { cursor: `dlv_${middle.id}` },
  };
  const calls = (list, filters, call) =>
    Object.entries(filters).map(([name, filter]) => [`${list}: ${name}`, () => call(filter)]);
  return [
    ...calls('deliveries', ofDeliveries, (filter) => deliveries.list(TENANT, filter)),
    ['one delivery', () => deliveries.get(TENANT, `dlv_${middle.id}`)],
    ...calls('events', ofEvents, (filter) => eventLog.list(TENANT, filter)),
    ['events of a subject with deliveries', () => subjects.list(TENANT, SUBJECT)],
    ...calls('webhooks', ofEndpoints, (filter) => endpoints.list(TENANT, filter)),
    ['figures of a webhook', () => endpoints.stats(TENANT, endpointId)],
    ...calls('jobs', { 'no filter': {}, 'endpointId (none)': { endpointId } }, (filter) =>
      jobs.list(TENANT, filter),
    ),
    ...calls('operator, deliveries', ofAllDeliveries, (filter) => operator.deliveries.list(filter)),
    ...calls('operator, webhooks', ofEndpoints, (filter) => operator.list(filter)),
    ['operator, failing', () => operator.failing()],
  ];
}

module.exports = { listsOf };
