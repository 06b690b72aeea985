import { Inject, Injectable } from '@nestjs/common';
import type { CallContext, ReadContext } from '../core/call-context.js';
import { encodeId } from '../core/ids.js';
import type { Page } from '../core/page.js';
import type { RotateSecret } from '../accounts/rotate-secret.dto.js';
import { TenantAccounts } from '../accounts/tenant-accounts.js';
import { BulkRetry, type RecoverContext, type RecoverResult } from '../deliveries/bulk-retry.js';
import type { RecoverDeliveries } from '../deliveries/recover-deliveries.dto.js';
import { type AuditAction, WebhookAudit } from '../observability/audit.js';
import { headerNames } from '../secrets/sealed-headers.js';
import { SECRET_BOX, type SecretBox } from '../secrets/secret-box.js';
import type { RevealedSecret, RotatedSecret } from '../secrets/secret-info.js';
import type { AccountStore } from '../store/account-store.js';
import type { EndpointRecord, EndpointStore } from '../store/endpoint-store.js';
import type { FigureStore } from '../store/figures/figure-store.js';
import { STORE } from '../store/store.js';
import { boundTo } from '../store/transactions.js';
import { readBody } from '../validation/read-input.js';
import { type RegisteredEndpoint, toEndpoint, type WebhookEndpoint } from './endpoint.js';
import { EndpointRegistration } from './endpoint-registration.js';
import { EndpointSecrets } from './endpoint-secrets.js';
import { STATS_RANGE_MS, toStats, type WebhookEndpointStats } from './figures/endpoint-stats.js';
import { type EndpointQuery, listEndpoints } from './list-endpoints.js';
import { ChangeEndpoint, RegisterEndpoint } from './register-endpoint.dto.js';
import { requireEndpoint } from './require-endpoint.js';
import { changeEndpoint, type Decide, decidePause, decideResume, toDeleted } from './state-changes.js';
import type { TestEndpoint } from './test-endpoint.dto.js';
import { type TestEventResult, TestEventSender } from './test-events.js';

const CHANGE_HINTS = { profile: 'The profile cannot be changed; register another webhook.' };

/**
 * A tenant's registered URLs.
 * - Every call names its tenant. Another tenant's endpoint is a 404, like one that does not exist.
 * - Limits hold when calls race: registrations of one tenant run one after another.
 * - With `context.tx`, a call reads and writes in the host's transaction. Without `context.tx`, each call has its own
 *   transaction. Test events and recoveries always have their own transactions.
 */
@Injectable()
export class WebhookEndpoints {
  /** @internal The module constructs this class. */
  constructor(
    @Inject(STORE) private readonly store: AccountStore & EndpointStore & FigureStore,
    private readonly accounts: TenantAccounts,
    private readonly registration: EndpointRegistration,
    private readonly secrets: EndpointSecrets,
    private readonly tests: TestEventSender,
    private readonly bulkRetry: BulkRetry,
    private readonly audit: WebhookAudit,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
  ) {}

  /**
   * Registers a URL. Events that are published from now on are sent there.
   * @returns the endpoint, with its secret if it has one of its own
   * @throws WebhooksRequestError 400 `invalid_request` if a field has a wrong form, 409 `event_taken`, `uid_taken` or
   *   `endpoint_limit`, 422 `refused` if a rule of the profile or of the URL policy refuses a field, 429 `too_many_requests` after
   *   `limits.registrationsPerMinute` registrations
   */
  async create(
    tenantId: string,
    input: RegisterEndpoint,
    context: CallContext = {},
  ): Promise<RegisteredEndpoint> {
    const fields = await readBody(RegisterEndpoint, input);
    const { endpoint, profile, secret } = await this.store.inTransaction(context.tx, (tx) =>
      this.registration.register(tx, tenantId, fields),
    );
    this.record('endpoint.created', endpoint, context);
    const registered = this.view(endpoint);
    if (profile.secret.owner === 'account') return registered;
    return { ...registered, secret: secret === null ? null : this.secrets.present(profile, secret) };
  }

  /**
   * The endpoints that are not deleted, newest first. Secrets and the values of headers are not shown.
   * @throws WebhooksRequestError 400 `invalid_request` for a wrong cursor or filter
   */
  async list(
    tenantId: string,
    query: EndpointQuery = {},
    { tx }: ReadContext = {},
  ): Promise<Page<WebhookEndpoint>> {
    return listEndpoints(boundTo(this.store, tx), { tenantId }, query, (endpoint) => this.view(endpoint));
  }

  /**
   * One endpoint.
   * @throws WebhooksRequestError 404 `endpoint_not_found`, also if it is deleted
   */
  async get(tenantId: string, id: string, { tx }: ReadContext = {}): Promise<WebhookEndpoint> {
    return this.view(await requireEndpoint(boundTo(this.store, tx), { tenantId }, id));
  }

  /**
   * Figures of the last 24 hours, by hour. Workers add to them once a minute. A worker that is killed loses the figures of its
   * last minute.
   * @throws WebhooksRequestError 404 `endpoint_not_found`
   */
  async stats(tenantId: string, id: string): Promise<WebhookEndpointStats> {
    const endpoint = await requireEndpoint(this.store, { tenantId }, id);
    const { now, hours } = await this.store.readEndpointHours(endpoint.id, STATS_RANGE_MS);
    return toStats(now, hours);
  }

  /**
   * Changes the fields that `input` holds. Waiting deliveries go to the new URL. `active` pauses and resumes as {@link pause}
   * and {@link resume} do.
   *
   * @throws WebhooksRequestError 400 `invalid_request`, 404 `endpoint_not_found`, 409 `event_taken`, `uid_taken`, `profile_missing`,
   *   `too_many_secrets`, `endpoint_disabled` or `disabled_by_operator`, 422 `refused` if a rule refuses a field
   */
  async update(
    tenantId: string,
    id: string,
    input: ChangeEndpoint,
    context: CallContext = {},
  ): Promise<WebhookEndpoint> {
    const fields = await readBody(ChangeEndpoint, input, CHANGE_HINTS);
    const endpoint = await this.store.inTransaction(context.tx, async (tx) => {
      await this.accounts.lock(tx, tenantId);
      return changeEndpoint(tx, tenantId, id, async (before, now) => {
        const changes = await this.registration.prepareChanges(tx, before, fields, now);
        const { active } = fields;
        const state =
          active === undefined ? null : active ? decideResume(before, now) : decidePause(before, now);
        return {
          endpointChanges: { ...changes.endpointChanges, ...state?.endpointChanges },
          laneChanges: { ...changes.laneChanges, ...state?.laneChanges },
        };
      });
    });
    const changed = Object.entries(fields).flatMap(([field, value]) => (value === undefined ? [] : [field]));
    this.record('endpoint.updated', endpoint, context, { fields: changed });
    return this.view(endpoint);
  }

  /**
   * Deletes an endpoint. Its waiting deliveries are discarded; its log stays until retention deletes it.
   * @throws WebhooksRequestError 404 `endpoint_not_found`
   */
  async delete(tenantId: string, id: string, context: CallContext = {}): Promise<void> {
    await this.changeState('endpoint.deleted', tenantId, id, context, (_, now) => toDeleted(now));
  }

  /**
   * Pauses an endpoint: its deliveries wait until it is resumed. Beyond `limits.pausedBacklog`, the oldest ones are discarded.
   * @throws WebhooksRequestError 404 `endpoint_not_found`, 409 `endpoint_disabled`
   */
  async pause(tenantId: string, id: string, context: CallContext = {}): Promise<WebhookEndpoint> {
    return this.changeState('endpoint.paused', tenantId, id, context, decidePause);
  }

  /**
   * Resumes an endpoint: its deliveries are sent again. Also enables a disabled endpoint, unless the operator disabled it.
   * @throws WebhooksRequestError 404 `endpoint_not_found`, 409 `disabled_by_operator`
   */
  async resume(tenantId: string, id: string, context: CallContext = {}): Promise<WebhookEndpoint> {
    return this.changeState('endpoint.resumed', tenantId, id, context, decideResume);
  }

  /**
   * Sets a new secret: the one in `input`, or a generated one. The old ones stay valid for `overlapMs` (default
   * `security.rotationOverlapMs`) if the profile can send several signatures; otherwise they end at once.
   * @returns the secret in the clear
   * @throws WebhooksRequestError 400 `invalid_request`, 404 `endpoint_not_found`, 409 `account_secret` if the account's secret
   *   signs the requests, 409 `too_many_secrets` if too many secrets would be valid, 422 `refused` if the given secret
   *   does not fit the profile
   */
  rotateSecret(
    tenantId: string,
    id: string,
    input?: RotateSecret,
    context?: CallContext,
  ): Promise<RotatedSecret> {
    return this.secrets.rotate(tenantId, id, input, context);
  }

  /**
   * The current secret in the clear. The audit records the call, not the secret.
   * @throws WebhooksRequestError 404 `endpoint_not_found`, 409 `account_secret` if the account's secret signs
   * @throws SecretUnreadableError if no key opens the secret
   */
  secret(tenantId: string, id: string, context?: CallContext): Promise<RevealedSecret> {
    return this.secrets.reveal(tenantId, id, context);
  }

  /**
   * Sends a test event to this endpoint only, through the outbox and the worker, in a transaction of its own.
   * @param waitMs how long to wait for the first outcome, at most 30,000. With 0 (the default), or if the endpoint is
   *   paused, the call waits only until a worker has relayed the event
   * @returns the delivery as it is after the wait; `null`: no worker has relayed the event yet
   * @throws WebhooksRequestError 400 `invalid_request`, 404 `endpoint_not_found`, 409 `endpoint_disabled` or
   *   `profile_missing`, 422 `refused` if the profile has no such event or the data does not fit
   */
  test(
    tenantId: string,
    id: string,
    input?: TestEndpoint,
    waitMs?: number,
    context?: Omit<CallContext, 'tx'>,
  ): Promise<TestEventResult> {
    return this.tests.send(tenantId, id, input, waitMs, context);
  }

  /**
   * Makes at most 10,000 deliveries due now. First come those that ended without success in a range of time, earliest first.
   * Then come those whose last attempt failed in this range and that wait for a retry. Finished deliveries begin their schedule
   * anew; waiting ones continue theirs. Leaves out test deliveries, and those that were cancelled or ignored or have no body.
   * Commits batch by batch: after an interruption, call `recover` again. `onProgress` and the log report the progress.
   *
   * @throws WebhooksRequestError 400 `invalid_request` for a wrong range, 404 `endpoint_not_found`, 409 `endpoint_closed` if
   *   the endpoint is disabled and `dryRun` is not set
   */
  recover(
    tenantId: string,
    id: string,
    input: RecoverDeliveries,
    context?: RecoverContext,
  ): Promise<RecoverResult> {
    return this.bulkRetry.recover(tenantId, id, input, context);
  }

  private async changeState(
    action: AuditAction,
    tenantId: string,
    id: string,
    context: CallContext,
    decide: Decide,
  ): Promise<WebhookEndpoint> {
    const endpoint = await this.store.inTransaction(context.tx, (tx) =>
      changeEndpoint(tx, tenantId, id, async (before, now) => decide(before, now)),
    );
    this.record(action, endpoint, context);
    return this.view(endpoint);
  }

  private view(endpoint: EndpointRecord): WebhookEndpoint {
    return toEndpoint(endpoint, headerNames(this.box, endpoint));
  }

  private record(
    action: AuditAction,
    { tenantId, id }: EndpointRecord,
    { actor, request }: CallContext,
    data?: Record<string, unknown>,
  ): void {
    this.audit.record({ action, tenantId, endpointId: encodeId('wh', id), actor, request, data });
  }
}
