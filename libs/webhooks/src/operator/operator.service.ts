import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { insertDisabledAlert } from '../store/postgres/maintenance/disable-endpoints.js';
import { WebhookAudit } from '../observability/audit.js';
import { type CallContext, inTransaction } from '../core/call-context.js';
import { Session } from '../store/postgres/connection/session.js';
import { encodeId, requireEndpointUuid } from '../core/ids.js';
import type { Page } from '../core/page.js';
import { requireTenant } from '../core/tenant.js';
import { CommitListener } from '../store/typeorm/commit-listener.js';
import { notFound } from '../core/request-error.js';
import { SECRET_BOX, type SecretBox } from '../secrets/secret-box.js';
import { type ReencryptionResult, SecretReencryption } from '../secrets/reencrypt-secrets.js';
import { type EndpointQuery, listEndpoints } from '../endpoints/list-endpoints.js';
import { EndpointStore } from '../store/typeorm/endpoint-records.js';
import { toEndpoint, type WebhookEndpoint } from '../endpoints/endpoint.js';
import { headerNames } from '../secrets/sealed-headers.js';
import { removeTenant } from './remove-tenant.js';
import { toDisabled, toActive, type StateChange } from '../endpoints/state-changes.js';

/** An endpoint with its tenant. */
export interface TenantEndpoint extends WebhookEndpoint {
  tenantId: string;
}

/** The operator's view over all tenants. Not in the REST routes: the host puts its own permissions before it. */
@Injectable()
export class WebhookOperator {
  /** @internal The module constructs this class. */
  constructor(
    private readonly database: Session,
    private readonly store: EndpointStore,
    private readonly commits: CommitListener,
    private readonly audit: WebhookAudit,
    private readonly keys: SecretReencryption,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
  ) {}

  /** The endpoints of all tenants, newest first. */
  async list(query: EndpointQuery = {}): Promise<Page<TenantEndpoint>> {
    return listEndpoints(this.store, 'operator', query, (row) => ({
      tenantId: row.tenantId,
      ...toEndpoint(row, headerNames(this.box, row)),
    }));
  }

  /** Disables an endpoint, for the reason `operator`: what waits is discarded, and only {@link enable} brings it back. */
  async disable(id: string, context: CallContext = {}): Promise<TenantEndpoint> {
    return this.transition(id, context, 'endpoint.disabled', (now) => toDisabled(now, 'operator'));
  }

  /** Enables a paused or disabled endpoint, whoever disabled it. */
  async enable(id: string, context: CallContext = {}): Promise<TenantEndpoint> {
    return this.transition(id, context, 'endpoint.resumed', toActive);
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
  reencryptSecrets(): Promise<ReencryptionResult> {
    return this.keys.reencryptSecrets();
  }

  private async transition(
    id: string,
    context: CallContext,
    action: 'endpoint.disabled' | 'endpoint.resumed',
    decide: (now: number) => StateChange,
  ): Promise<TenantEndpoint> {
    const uuid = requireEndpointUuid(id);
    const endpoint = await inTransaction(this.database, context, async (tx: EntityManager) => {
      const now = await this.store.lock(tx, 'operator', uuid);
      const row = now === null ? null : await this.store.find('operator', uuid, tx);
      if (now === null || row === null) throw notFound('endpoint');
      const { endpoint: columns, lane } = decide(now);
      await this.store.update(tx, row, { ...columns, updatedAt: now }, lane);
      if (columns.state === 'disabled' && row.stateReason !== columns.stateReason) {
        await insertDisabledAlert(this.database.within(tx), uuid);
      }
      this.commits.noteLanes(tx.queryRunner!);
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
