import type { EntityManager, QueryDeepPartialEntity, SelectQueryBuilder } from 'typeorm';
import { requireTenant } from '../../core/tenant.js';
import type {
  EndpointChanges,
  EndpointLaneChanges,
  EndpointPage,
  EndpointRecord,
  EndpointScope,
  EndpointSummary,
  NewEndpoint,
  NewEndpointLane,
} from '../endpoint-store.js';
import { WebhookEndpointRow } from '../schema/endpoint.entity.js';
import { WebhookLaneRow } from '../schema/lane.entity.js';

// Every statement names the tenant or is the operator's. No statement calls listeners, because the host's subscribers are for
// the host's entities.

export async function findEndpoint(
  manager: EntityManager,
  scope: EndpointScope,
  id: string,
): Promise<EndpointRecord | null> {
  const found = await select(manager, scope).andWhere('e.id = :id', { id }).getOne();
  return found as EndpointRecord | null;
}

export async function findEndpointByNumber(
  manager: EntityManager,
  scope: EndpointScope,
  publicNo: number,
): Promise<EndpointRecord | null> {
  const found = await select(manager, scope).andWhere('l.id = :publicNo', { publicNo }).getOne();
  return found as EndpointRecord | null;
}

export async function listEndpoints(
  manager: EntityManager,
  scope: EndpointScope,
  { limit, after, state, profile, uid }: EndpointPage,
): Promise<EndpointRecord[]> {
  const query = select(manager, scope)
    .orderBy('e.createdAt', 'DESC')
    .addOrderBy('e.id', 'DESC')
    .limit(limit + 1);
  if (state) query.andWhere('e.state = :state', { state });
  if (profile) query.andWhere('e.profile = :profile', { profile });
  if (uid !== undefined) query.andWhere('e.uid = :uid', { uid });
  if (after) {
    query.andWhere('(e.createdAt < :createdAt or (e.createdAt = :createdAt and e.id < :afterId))', {
      createdAt: after.createdAt,
      afterId: after.id,
    });
  }
  return (await query.getMany()) as unknown as EndpointRecord[];
}

export function summarizeEndpoints(manager: EntityManager, tenantId: string): Promise<EndpointSummary[]> {
  return select(manager, { tenantId }).select(['e.id', 'e.profile', 'e.events', 'e.uid']).getMany();
}

export async function findRegistrationTime(
  manager: EntityManager,
  tenantId: string,
  n: number,
): Promise<number | null> {
  const found = await manager
    .createQueryBuilder(WebhookEndpointRow, 'e')
    .callListeners(false)
    .select(['e.id', 'e.createdAt'])
    .where('e.tenantId = :tenantId', { tenantId: requireTenant(tenantId) })
    .orderBy('e.createdAt', 'DESC')
    .addOrderBy('e.id', 'DESC')
    .offset(n - 1)
    .limit(1)
    .getOne();
  return found?.createdAt ?? null;
}

export async function insertEndpoint(
  manager: EntityManager,
  endpoint: NewEndpoint,
  lane: NewEndpointLane,
): Promise<void> {
  const { id: endpointId } = endpoint;
  const tenantId = requireTenant(endpoint.tenantId);
  await manager
    .createQueryBuilder()
    .insert()
    .into(WebhookEndpointRow)
    .values(endpoint)
    .callListeners(false)
    .execute();
  await manager
    .createQueryBuilder()
    .insert()
    .into(WebhookLaneRow)
    .values({ tenantId, endpointId, ...lane })
    .callListeners(false)
    .execute();
}

export async function updateEndpoint(
  manager: EntityManager,
  endpoint: Pick<EndpointRecord, 'id' | 'tenantId'>,
  changes: EndpointChanges,
  laneChanges: EndpointLaneChanges,
): Promise<void> {
  const { id } = endpoint;
  const tenantId = requireTenant(endpoint.tenantId);
  await manager
    .createQueryBuilder()
    .update(WebhookEndpointRow)
    .set(changes)
    .where({ id, tenantId })
    .callListeners(false)
    .execute();
  if (Object.keys(laneChanges).length === 0) return;
  await manager
    .createQueryBuilder()
    .update(WebhookLaneRow)
    .set(unlessOperatorPaused(laneChanges))
    .where({ endpointId: id, tenantId })
    .callListeners(false)
    .execute();
}

/** A lane that the operator has paused stays paused, whatever the customer changes, until it is released or closed. */
function unlessOperatorPaused(changes: EndpointLaneChanges): QueryDeepPartialEntity<WebhookLaneRow> {
  const { state, nextDueAt } = changes;
  if (state === 'closed' || (state !== 'open' && typeof nextDueAt !== 'number')) return changes;
  const unlessPaused = (value: string, otherwise: string) => () =>
    `case when operator_paused_at is null then ${value} else ${otherwise} end`;
  return {
    ...changes,
    ...(state === 'open' ? { state: unlessPaused(`'open'`, `'paused'`) } : {}),
    ...(typeof nextDueAt === 'number' ? { nextDueAt: unlessPaused(String(nextDueAt), 'null') } : {}),
  };
}

function select(manager: EntityManager, scope: EndpointScope): SelectQueryBuilder<WebhookEndpointRow> {
  const query = manager
    .createQueryBuilder(WebhookEndpointRow, 'e')
    .callListeners(false)
    .innerJoinAndMapOne('e.lane', WebhookLaneRow, 'l', 'l.endpointId = e.id')
    .where('e.deletedAt is null');
  if (scope !== 'operator')
    query.andWhere('e.tenantId = :tenantId', { tenantId: requireTenant(scope.tenantId) });
  return query;
}
