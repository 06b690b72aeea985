import type { LedgerLine } from './processes/receiver.js';
import { isSigned } from './ledger.js';
import type { KnownEndpoint, World } from './world.js';
import { encodeId } from '../../libs/webhooks/src/core/ids.js';

/** The result of reconciling the host's rows, the module's rows and the receiver's ledger. */
export interface Account {
  /** Rows that the host committed. */
  committed: number;
  deliveries: number;
  /** Requests in the ledger. */
  requests: number;
  /** Attempts that the module recorded. */
  attempts: number;
  /** Requests beyond the attempts that were recorded. */
  duplicates: number;
  /** How often the lease of a delivery ended without an outcome. */
  takeOvers: number;
  /**
   * Maximum number of duplicates: the number of take-overs, plus the number of returns of a delivery to its lane. Each
   * take-over and each return may have caused a request.
   */
  bound: number;
  /** Requests that no attempt, take-over or return of their delivery explains. */
  unexplained: number;
  /**
   * Rows of the host that have no event. Also pairs of event and endpoint that have no delivery, or a delivery that
   * neither arrived nor ended with a reason.
   */
  lost: number;
  /** Requests or events of something that was never committed, or attempts that no request matches. */
  phantom: number;
  /** Requests with other bytes than the first request of the same delivery. */
  changed: number;
  unsigned: number;
  /** Deliveries whose earlier attempts are not stored under the numbers 1, 2, 3 and so on. The last attempt has no row of its own. */
  misnumbered: number;
  /** How often the state of a delivery changed after the delivery had ended. */
  revived: number;
  /** Unrelayed events, unfinished deliveries and leases. */
  left: number;
}

interface DeliveryRow {
  id: string;
  event_uuid: string;
  endpoint_uuid: string | null;
  state: string;
  reason: string | null;
  attempts: number;
  numbers: number[];
  /** Attempts that got a response. */
  answered: number;
  /** Leases that ended without an outcome, or in which the delivery was returned: each may have caused a request. */
  unfinished: number;
}

/** Compares the host's rows, the module's rows and the ledger. The world must be at rest. */
export async function reconcile(world: World): Promise<Account> {
  const lines = world.ledger.lines();
  const messages = new Set(
    (await world.rows<{ id: string }>('select id from host_messages')).map(({ id }) => id),
  );
  const events = await world.rows<{ id: string; subject: string; tenant_id: string }>(
    `select id, subject, tenant_id from ${everMade('events')}`,
  );
  const deliveries = await readDeliveries(world);
  const requests = group(lines, (line) => `${line.id} ${endpointOf(world, line.path)?.id ?? line.path}`);
  const made = group(deliveries, (row) => keyOf(row));
  const published = new Set(events.map(({ subject }) => subject));

  let lost = [...messages].filter((id) => !published.has(id)).length;
  for (const event of events) {
    for (const endpoint of world.endpoints) {
      if (endpoint.tenantId !== event.tenant_id) continue;
      const key = `${encodeId('evt', event.id)} ${endpoint.id}`;
      const ended = made
        .get(key)
        ?.every(({ state, reason }) => (state === 'delivered' ? requests.has(key) : reason !== null));
      if (!ended) lost++;
    }
  }
  let phantom = [...published].filter((subject) => !messages.has(subject)).length;
  phantom += [...requests.keys()].filter((key) => !made.has(key)).length;
  let duplicates = 0;
  let unexplained = 0;
  let misnumbered = 0;
  for (const row of deliveries) {
    const arrived = requests.get(keyOf(row))?.length ?? 0;
    duplicates += Math.max(0, arrived - row.attempts);
    unexplained += Math.max(0, arrived - row.attempts - row.unfinished);
    if (arrived < row.answered) phantom++;
    const wanted = Array.from({ length: Math.max(0, row.attempts - 1) }, (_, i) => i + 1);
    if (row.numbers.join() !== wanted.join()) misnumbered++;
  }
  return {
    committed: messages.size,
    deliveries: deliveries.length,
    requests: lines.length,
    attempts: deliveries.reduce((sum, row) => sum + row.attempts, 0),
    duplicates,
    takeOvers: await world.count(`audit where kind = 'take-over'`),
    bound: await world.count(`audit where kind <> 'revived'`),
    unexplained,
    lost,
    phantom,
    changed: [...requests.values()].flatMap((all) => all.filter(({ body }) => body !== all[0]!.body)).length,
    unsigned: lines.filter((line) => !signedByOwner(world, line)).length,
    misnumbered,
    revived: await world.count(`audit where kind = 'revived'`),
    left:
      (await world.count('webhook_unrelayed')) +
      (await world.count(`webhook_deliveries where state in ('pending', 'sending')`)) +
      (await world.count('webhook_leases')),
  };
}

/** The figures that every reconciliation must show, whatever happened. `revived`: how many ended deliveries the test retries. */
export function promises(revived = 0): Partial<Account> {
  return { lost: 0, phantom: 0, unexplained: 0, changed: 0, unsigned: 0, misnumbered: 0, left: 0, revived };
}

/** The rows of a table, including the rows that retention has deleted. */
function everMade(table: 'events' | 'deliveries' | 'attempts'): string {
  return `(select * from webhook_${table} union all select * from gone_${table})`;
}

function readDeliveries(world: World): Promise<DeliveryRow[]> {
  return world.rows<DeliveryRow>(
    `with earlier as (
       select delivery_id, array_agg(number order by number) as numbers, count(status)::int as answered
         from ${everMade('attempts')} a
        group by delivery_id
     ), noted as (
       select delivery_id, count(*)::int as unfinished from audit where kind in ('take-over', 'given-back') group by delivery_id
     )
     select d.id, e.id as event_uuid, l.endpoint_id as endpoint_uuid, d.state, d.reason, d.attempts,
            coalesce(a.numbers, '{}') as numbers,
            coalesce(a.answered, 0) + (d.attempts > 0 and d.status is not null)::int as answered,
            coalesce(n.unfinished, 0) as unfinished
       from ${everMade('deliveries')} d
       join ${everMade('events')} e on e.sequence = d.event_sequence
       join webhook_lanes l on l.id = d.lane_id
       left join earlier a on a.delivery_id = d.id
       left join noted n on n.delivery_id = d.id`,
  );
}

function keyOf({ event_uuid, endpoint_uuid }: DeliveryRow): string {
  return `${encodeId('evt', event_uuid)} ${endpoint_uuid === null ? '/callback' : encodeId('wh', endpoint_uuid)}`;
}

function endpointOf(world: World, path: string): KnownEndpoint | undefined {
  return world.endpoints.find(({ paths }) => paths.includes(path));
}

/** Callbacks are signed with the account's secret, which the suite does not read. */
function signedByOwner(world: World, line: LedgerLine): boolean {
  const endpoint = endpointOf(world, line.path);
  return endpoint ? endpoint.secrets.some((secret) => isSigned(line, secret)) : line.path === '/callback';
}

function group<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const existing = groups.get(key(item));
    if (existing) existing.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
