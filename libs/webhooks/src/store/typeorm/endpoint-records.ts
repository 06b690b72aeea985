import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { Session } from '../postgres/connection/session.js';
import { nowMs } from '../postgres/fragments/expressions.js';
import { WebhookEndpointRow } from '../schema/endpoint.entity.js';
import { WebhookLaneRow } from '../schema/lane.entity.js';
import type { EndpointState } from '../../core/states.js';
import { requireTenant } from '../../core/tenant.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { ensureAccounts } from '../../secrets/ensure-accounts.js';
import { SECRET_BOX, type SecretBox } from '../../secrets/secret-box.js';
import type { EndpointRecord } from '../../endpoints/endpoint.js';

/** Whose endpoints: a tenant's, or everybody's for the operator. */
export type EndpointScope = { tenantId: string } | 'operator';

/** A page of endpoints, newest first. */
export interface EndpointPage {
  limit: number;
  /** The last endpoint of the page before. */
  after?: { createdAt: number; id: string };
  state?: EndpointState;
  profile?: string;
}

/**
 * The only door to the rows of endpoints. Every statement carries the tenant, or says that it is the operator's;
 * deleted endpoints are not there.
 */
@Injectable()
export class EndpointStore {
  constructor(
    private readonly database: Session,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Locks the tenant's account, made if need be, until the transaction ends: registrations of one tenant go one after
   * another, so that limits hold. Answers now, epoch milliseconds on the database's clock.
   */
  async lockAccount(tx: EntityManager, tenantId: string): Promise<number> {
    requireTenant(tenantId);
    await ensureAccounts(this.database, this.box, this.settings.profile, [tenantId], tx);
    const [row] = await this.database.query<{ now: string }>(
      `select ${nowMs(1)} as now
         from ${this.database.tables.accounts}
        where tenant_id = $2
          for no key update`,
      [this.database.clockOffset, tenantId],
      tx,
    );
    return Number(row!.now);
  }

  /** Locks an endpoint until the transaction ends. Answers now, or `null` where there is no such endpoint. */
  async lock(tx: EntityManager, scope: EndpointScope, id: string): Promise<number | null> {
    const tenantId = scope === 'operator' ? null : requireTenant(scope.tenantId);
    const [row] = await this.database.query<{ now: string }>(
      `select ${nowMs(1)} as now
         from ${this.database.tables.endpoints}
        where id = $2
          and ($3::text is null or tenant_id = $3)
          and deleted_at is null
          for no key update`,
      [this.database.clockOffset, id, tenantId],
      tx,
    );
    return row ? Number(row.now) : null;
  }

  async find(scope: EndpointScope, id: string, tx?: EntityManager): Promise<EndpointRecord | null> {
    const found = await this.select(scope, tx).andWhere('e.id = :id', { id }).getOne();
    return found as EndpointRecord | null;
  }

  /** One endpoint by its public number. */
  async findByNumber(scope: EndpointScope, publicNo: number): Promise<EndpointRecord | null> {
    const found = await this.select(scope).andWhere('l.id = :publicNo', { publicNo }).getOne();
    return found as EndpointRecord | null;
  }

  /** One more than `limit`, where there is one more. */
  async page(
    scope: EndpointScope,
    { limit, after, state, profile }: EndpointPage,
  ): Promise<EndpointRecord[]> {
    const query = this.select(scope)
      .orderBy('e.createdAt', 'DESC')
      .addOrderBy('e.id', 'DESC')
      .limit(limit + 1);
    if (state) query.andWhere('e.state = :state', { state });
    if (profile) query.andWhere('e.profile = :profile', { profile });
    if (after) {
      query.andWhere('(e.createdAt < :createdAt or (e.createdAt = :createdAt and e.id < :afterId))', {
        createdAt: after.createdAt,
        afterId: after.id,
      });
    }
    return (await query.getMany()) as EndpointRecord[];
  }

  /** Profile and events of all of a tenant's endpoints: what limits are counted over. */
  async summaries(
    tx: EntityManager,
    tenantId: string,
  ): Promise<Pick<WebhookEndpointRow, 'id' | 'profile' | 'events'>[]> {
    return this.select({ tenantId }, tx).select(['e.id', 'e.profile', 'e.events']).getMany();
  }

  /** Writes a new endpoint and its lane. */
  async insert(
    tx: EntityManager,
    endpoint: Omit<WebhookEndpointRow, 'stateReason' | 'deletedAt'>,
    lane: Pick<WebhookLaneRow, 'state' | 'ordering' | 'maxInFlight' | 'maxThroughputPerMinute'>,
  ): Promise<void> {
    // The host's subscribers are for the host's entities.
    await tx
      .createQueryBuilder()
      .insert()
      .into(WebhookEndpointRow)
      .values(endpoint)
      .callListeners(false)
      .execute();
    const { id: endpointId, tenantId } = endpoint;
    await tx
      .createQueryBuilder()
      .insert()
      .into(WebhookLaneRow)
      .values({ tenantId: requireTenant(tenantId), endpointId, ...lane })
      .callListeners(false)
      .execute();
  }

  /** Changes columns of a locked endpoint and of its lane. */
  async update(
    tx: EntityManager,
    { id, tenantId }: Pick<WebhookEndpointRow, 'id' | 'tenantId'>,
    endpoint: Partial<WebhookEndpointRow>,
    lane: Partial<WebhookLaneRow> = {},
  ): Promise<void> {
    await tx
      .createQueryBuilder()
      .update(WebhookEndpointRow)
      .set(endpoint)
      .where({ id, tenantId: requireTenant(tenantId) })
      .callListeners(false)
      .execute();
    if (Object.keys(lane).length === 0) return;
    await tx
      .createQueryBuilder()
      .update(WebhookLaneRow)
      .set(lane)
      .where({ endpointId: id, tenantId })
      .callListeners(false)
      .execute();
  }

  private select(
    scope: EndpointScope,
    tx = this.database.dataSource.manager,
  ): SelectQueryBuilder<WebhookEndpointRow> {
    const query = tx
      .createQueryBuilder(WebhookEndpointRow, 'e')
      .innerJoinAndMapOne('e.lane', WebhookLaneRow, 'l', 'l.endpointId = e.id')
      .where('e.deletedAt is null');
    if (scope !== 'operator')
      query.andWhere('e.tenantId = :tenantId', { tenantId: requireTenant(scope.tenantId) });
    return query;
  }
}
