import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { alertDisabled } from '../alerts/disable-alerts.js';
import { WebhookAudit } from '../audit.js';
import { type CallContext, inTransaction } from '../call-context.js';
import { Database } from '../database/database.js';
import { encodeId } from '../model/ids.js';
import type { Page } from '../model/page.js';
import { requireTenant } from '../model/tenant.js';
import { CommitWake } from '../database/commit-wake.js';
import { notFound } from '../request-error.js';
import type { SecretBox } from '../signing/secret-box.js';
import { type Reencryption, StoredKeys } from '../signing/stored-keys.js';
import { SECRET_BOX } from '../tokens.js';
import { type EndpointList, listEndpoints } from './endpoint-list.js';
import { EndpointStore, uuidOf } from './endpoint-store.js';
import { toEndpoint, type WebhookEndpoint } from './endpoint.js';
import { headerNames } from '../signing/sealed-headers.js';
import { removeTenant } from './tenant-removal.js';
import { disable, resume, type Transition } from './transitions.js';

/** An endpoint with its tenant. */
export interface TenantEndpoint extends WebhookEndpoint {
  tenantId: string;
}

/** The operator's view over all tenants. Not in the REST routes: the host puts its own permissions before it. */
@Injectable()
export class WebhookOperator {
  constructor(
    private readonly database: Database,
    private readonly store: EndpointStore,
    private readonly commits: CommitWake,
    private readonly audit: WebhookAudit,
    private readonly keys: StoredKeys,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
  ) {}

  /** The endpoints of all tenants, newest first. */
  async list(query: EndpointList = {}): Promise<Page<TenantEndpoint>> {
    return listEndpoints(this.store, 'operator', query, (row) => ({
      tenantId: row.tenantId,
      ...toEndpoint(row, headerNames(this.box, row)),
    }));
  }

  /** Disables an endpoint, for the reason `operator`: what waits is discarded, and only {@link enable} brings it back. */
  async disable(id: string, context: CallContext = {}): Promise<TenantEndpoint> {
    return this.transition(id, context, 'endpoint.disabled', (now) => disable(now, 'operator'));
  }

  /** Enables a paused or disabled endpoint, whoever disabled it. */
  async enable(id: string, context: CallContext = {}): Promise<TenantEndpoint> {
    return this.transition(id, context, 'endpoint.resumed', resume);
  }

  /**
   * Removes everything of a tenant: endpoints, secrets, events, deliveries, attempts, alerts. In batches, each in a
   * transaction of its own; stop publishing for the tenant first. Answers how many deliveries went.
   */
  async deleteTenant(tenantId: string, { actor }: Pick<CallContext, 'actor'> = {}): Promise<number> {
    const deliveries = await removeTenant(this.database, requireTenant(tenantId));
    this.audit.record({ action: 'tenant.deleted', tenantId, actor, data: { deliveries } });
    return deliveries;
  }

  /**
   * Seals every secret and header anew that is plain or sealed under a previous key, while the app runs. When it found
   * nothing unreadable, the previous keys can go.
   */
  reencryptSecrets(): Promise<Reencryption> {
    return this.keys.reencryptSecrets();
  }

  private async transition(
    id: string,
    context: CallContext,
    action: 'endpoint.disabled' | 'endpoint.resumed',
    decide: (now: number) => Transition,
  ): Promise<TenantEndpoint> {
    const uuid = uuidOf(id);
    const endpoint = await inTransaction(this.database, context, async (tx: EntityManager) => {
      const now = await this.store.lock(tx, 'operator', uuid);
      const row = now === null ? null : await this.store.find('operator', uuid, tx);
      if (now === null || row === null) throw notFound('endpoint');
      const { endpoint: columns, lane } = decide(now);
      await this.store.update(tx, row, { ...columns, updatedAt: now }, lane);
      if (columns.state === 'disabled' && row.stateReason !== columns.stateReason) {
        await alertDisabled(this.database, tx, uuid);
      }
      this.commits.expectLane(tx.queryRunner!);
      const after = (await this.store.find('operator', uuid, tx))!;
      return { tenantId: after.tenantId, ...toEndpoint(after, headerNames(this.box, after)) };
    });
    const { actor, request } = context;
    this.audit.record({
      action,
      tenantId: endpoint.tenantId,
      endpointId: encodeId('wh', uuid),
      actor,
      request,
    });
    return endpoint;
  }
}
