import { Inject, Injectable } from '@nestjs/common';
import type { CallContext, ReadContext } from '../core/call-context.js';
import { encodeId } from '../core/ids.js';
import type { Page } from '../core/page.js';
import { requireTenant } from '../core/tenant.js';
import { checkTexts } from '../validation/list-query.js';
import { toEndpoint, type WebhookEndpoint } from '../endpoints/endpoint.js';
import { type EndpointQuery, listEndpoints } from '../endpoints/list-endpoints.js';
import { lockEndpoint, requireEndpoint } from '../endpoints/require-endpoint.js';
import { type StateChange, toActive, toDisabled } from '../endpoints/state-changes.js';
import { WebhookAudit } from '../observability/audit.js';
import { type ReencryptionResult, SecretReencryption } from '../secrets/reencrypt-secrets.js';
import { headerNames } from '../secrets/sealed-headers.js';
import { SECRET_BOX, type SecretBox } from '../secrets/secret-box.js';
import type { AlertStore } from '../store/alert-store.js';
import type { EndpointRecord, EndpointStore } from '../store/endpoint-store.js';
import type { FigureStore } from '../store/figures/figure-store.js';
import type { ProgressOptions } from '../store/jobs/progress.js';
import type { MaintenanceStore } from '../store/maintenance-store.js';
import { STORE } from '../store/store.js';
import { boundTo } from '../store/transactions.js';
import { type FailingEndpoint, OperatorDeliveries, type OperatorDeliveryFilter } from './operator-lists.js';
import { type OperatorPause, OperatorPauses, type PauseTarget } from './pauses.js';
import { type ErasureOptions, type ErasureResult, SubjectErasure } from './erase-subject.js';
import { removeTenant } from './remove-tenant.js';

/** An endpoint with its tenant. */
export interface TenantEndpoint extends WebhookEndpoint {
  tenantId: string;
}

/**
 * The operator's view of all tenants. The customers' REST API does not contain these calls: the host makes them behind its
 * own permissions, or mounts routes for them with `operatorController` or with the scope `operator` of the webhooks page.
 */
@Injectable()
export class WebhookOperator {
  /** @internal The module constructs this class. */
  constructor(
    @Inject(STORE) private readonly store: EndpointStore & AlertStore & MaintenanceStore & FigureStore,
    private readonly audit: WebhookAudit,
    private readonly reencryption: SecretReencryption,
    private readonly erasure: SubjectErasure,
    private readonly operatorPauses: OperatorPauses,
    /** The deliveries of all tenants. */
    readonly deliveries: OperatorDeliveries,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
  ) {}

  /**
   * The endpoints of all tenants, newest first.
   *
   * @throws WebhooksRequestError 400 `invalid_request` for a wrong cursor or filter
   */
  async list(query: EndpointQuery = {}, { tx }: ReadContext = {}): Promise<Page<TenantEndpoint>> {
    return listEndpoints(boundTo(this.store, tx), 'operator', query, (endpoint) => this.view(endpoint));
  }

  /**
   * Disables an endpoint for the reason `operator`. Its pending deliveries are discarded. Only {@link enable} enables it
   * again.
   *
   * @throws WebhooksRequestError 404 `endpoint_not_found`
   */
  async disable(id: string, context: CallContext = {}): Promise<TenantEndpoint> {
    return this.changeState('endpoint.disabled', id, context, (now) => toDisabled(now, 'operator'));
  }

  /**
   * Enables a paused or disabled endpoint, whoever disabled it.
   *
   * @throws WebhooksRequestError 404 `endpoint_not_found`
   */
  async enable(id: string, context: CallContext = {}): Promise<TenantEndpoint> {
    return this.changeState('endpoint.resumed', id, context, toActive);
  }

  /**
   * Pauses an endpoint, a tenant, an origin or everything. Deliveries wait, new ones included. Their number is not limited,
   * unlike in a pause by the owner. The pause stays if an owner resumes an endpoint. Deliveries that workers have claimed are
   * still sent. If an endpoint or origin appears later, a worker pauses it within about two seconds; until then, deliveries
   * to it may be sent. Safe to repeat.
   *
   * @throws WebhooksRequestError 400 `invalid_request` if `target` does not name exactly one target, 404 `endpoint_not_found`
   */
  pause(target: PauseTarget, context: { reason?: string } & Omit<CallContext, 'tx'> = {}): Promise<void> {
    return this.operatorPauses.pause(target, context);
  }

  /**
   * Ends the {@link pause} of the same target. Endpoints that no other pause covers return to the state that their owners
   * have chosen, and waiting deliveries are sent.
   *
   * @returns false if there is no such pause
   * @throws WebhooksRequestError 400 `invalid_request` if `target` does not name exactly one target, 404 `endpoint_not_found`
   */
  resume(target: PauseTarget, context: Omit<CallContext, 'tx'> = {}): Promise<boolean> {
    return this.operatorPauses.resume(target, context);
  }

  /** What is paused, oldest first. */
  pauses(): Promise<OperatorPause[]> {
    return this.operatorPauses.list();
  }

  /** Failing endpoints and callback origins of all tenants: {@link OperatorDeliveries.failing}. */
  failing(filter?: Omit<OperatorDeliveryFilter, 'states'>): Promise<Page<FailingEndpoint>> {
    return this.deliveries.failing(filter);
  }

  /**
   * Deletes everything of a tenant: endpoints, secrets, events, deliveries, attempts, alerts. Works in batches, each in a
   * transaction of its own. Stop publishing for the tenant first. `onProgress` and the log say how many events and deliveries
   * are left. If the call is interrupted, repeat it: it continues.
   *
   * @returns how many deliveries were deleted
   */
  async deleteTenant(
    tenantId: string,
    { actor, ...options }: ProgressOptions & Pick<CallContext, 'actor'> = {},
  ): Promise<number> {
    const deliveries = await removeTenant(this.store, requireTenant(tenantId), options);
    this.audit.record({ action: 'tenant.deleted', tenantId, actor, data: { deliveries } });
    return deliveries;
  }

  /**
   * Erases what is stored about a subject: the data of its events, and the bodies and responses of their deliveries. Waiting
   * deliveries are discarded for the reason `erased`; events that wait for the relay get no deliveries. The records stay,
   * including the `subject` of the events. Works in batches, each in a transaction of its own, and waits for deliveries that
   * are being sent. Stop publishing about the subject first. Safe to repeat.
   *
   * @param subject the subject that the events were published with
   * @returns how much was erased; repeat the call if `inFlight` is not `0`
   */
  async eraseSubject(
    tenantId: string,
    subject: string,
    { actor, ...options }: ErasureOptions & Pick<CallContext, 'actor'> = {},
  ): Promise<ErasureResult> {
    checkTexts({ subject });
    const result = await this.erasure.erase(requireTenant(tenantId), subject, options);
    const { done: events, deliveries, discarded } = result;
    // Without the subject, which identifies somebody.
    this.audit.record({ action: 'subject.erased', tenantId, actor, data: { events, deliveries, discarded } });
    return result;
  }

  /**
   * Finds every secret and header that is stored as plain text or encrypted with a previous key, and encrypts it with
   * the current key. Safe to run while the app is running. Works in batches of 200 endpoints or accounts, each in a
   * transaction of its own; `onProgress` and the log say how many are left. If the call is interrupted, repeat it: it skips
   * what is up to date. If `unreadable` is empty, the previous keys can be removed.
   *
   * @returns how many endpoints and accounts were examined and re-encrypted, and which were not readable
   */
  reencryptSecrets(options: ProgressOptions = {}): Promise<ReencryptionResult> {
    return this.reencryption.reencryptSecrets(options);
  }

  private async changeState(
    action: 'endpoint.disabled' | 'endpoint.resumed',
    id: string,
    context: CallContext,
    decide: (now: number) => StateChange,
  ): Promise<TenantEndpoint> {
    const endpoint = await this.store.inTransaction(context.tx, async (tx) => {
      const { endpoint: before, now } = await lockEndpoint(tx, 'operator', id);
      const { endpointChanges, laneChanges } = decide(now);
      await tx.updateEndpoint(before, { ...endpointChanges, updatedAt: now }, laneChanges);
      // After the update, because the alert reads the updated endpoint.
      if (endpointChanges.state === 'disabled' && before.stateReason !== endpointChanges.stateReason) {
        await tx.insertDisabledAlert(before.id);
      }
      return requireEndpoint(tx, 'operator', id);
    });
    const { actor, request } = context;
    const { tenantId } = endpoint;
    this.audit.record({ action, tenantId, endpointId: encodeId('wh', endpoint.id), actor, request });
    return this.view(endpoint);
  }

  private view(endpoint: EndpointRecord): TenantEndpoint {
    return { tenantId: endpoint.tenantId, ...toEndpoint(endpoint, headerNames(this.box, endpoint)) };
  }
}
