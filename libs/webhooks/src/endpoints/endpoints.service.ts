import { Inject, Injectable } from '@nestjs/common';
import type { CallContext, ReadContext } from '../core/call-context.js';
import { encodeId } from '../core/ids.js';
import type { Page } from '../core/page.js';
import type { RotateSecret } from '../accounts/rotate-secret.dto.js';
import { TenantAccounts } from '../accounts/tenant-accounts.js';
import { BulkRetry, type RecoverResult } from '../deliveries/bulk-retry.js';
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
import { lockEndpoint, requireEndpoint } from './require-endpoint.js';
import { decidePause, decideResume, type StateChange, toDeleted } from './state-changes.js';
import type { TestEndpoint } from './test-endpoint.dto.js';
import { type TestEventResult, TestEventSender } from './test-events.js';

const CHANGE_HINTS = { profile: 'The profile cannot be changed; register another webhook.' };

/** Decides what to change of a locked endpoint; `null`: nothing. */
type Decide = (endpoint: EndpointRecord, now: number) => StateChange | null;

/**
 * A tenant's registered URLs.
 * - Every call names its tenant. Another tenant's endpoint is a 404, like one that does not exist.
 * - Limits hold when calls race: registrations of one tenant run one after another.
 * - Throws {@link WebhooksRequestError} if a call cannot be done, before anything is written.
 * - With `context.tx`, what is read and written is part of the host's transaction; without, each call has a transaction of
 *   its own. Tests and recoveries always commit by themselves.
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

  /** Registers a URL. Returns the endpoint and its secret. */
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

  /** Newest first. */
  async list(
    tenantId: string,
    query: EndpointQuery = {},
    { tx }: ReadContext = {},
  ): Promise<Page<WebhookEndpoint>> {
    return listEndpoints(boundTo(this.store, tx), { tenantId }, query, (endpoint) => this.view(endpoint));
  }

  async get(tenantId: string, id: string, { tx }: ReadContext = {}): Promise<WebhookEndpoint> {
    return this.view(await requireEndpoint(boundTo(this.store, tx), { tenantId }, id));
  }

  /**
   * Figures of the last 24 hours, by hour. Workers add to them once a minute. A worker that is killed loses the figures of its
   * last minute.
   */
  async stats(tenantId: string, id: string): Promise<WebhookEndpointStats> {
    const endpoint = await requireEndpoint(this.store, { tenantId }, id);
    const { now, hours } = await this.store.readEndpointHours(endpoint.id, STATS_RANGE_MS);
    return toStats(now, hours);
  }

  /** Changes the fields that `input` holds. Waiting deliveries go to the new URL. */
  async update(
    tenantId: string,
    id: string,
    input: ChangeEndpoint,
    context: CallContext = {},
  ): Promise<WebhookEndpoint> {
    const fields = await readBody(ChangeEndpoint, input, CHANGE_HINTS);
    const endpoint = await this.store.inTransaction(context.tx, async (tx) => {
      await this.accounts.lock(tx, tenantId);
      return this.change(tx, tenantId, id, async (before, now) => {
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

  /** Deletes an endpoint. Its waiting deliveries are discarded; its log stays until retention. */
  async delete(tenantId: string, id: string, context: CallContext = {}): Promise<void> {
    await this.changeState('endpoint.deleted', tenantId, id, context, (_, now) => toDeleted(now));
  }

  /** Holds its deliveries until it is resumed. Throws a 409 if it is disabled. */
  async pause(tenantId: string, id: string, context: CallContext = {}): Promise<WebhookEndpoint> {
    return this.changeState('endpoint.paused', tenantId, id, context, decidePause);
  }

  /** Sends again: what waits, and what is new. Throws a 409 if the operator disabled it. */
  async resume(tenantId: string, id: string, context: CallContext = {}): Promise<WebhookEndpoint> {
    return this.changeState('endpoint.resumed', tenantId, id, context, decideResume);
  }

  /** Sets a new secret. See {@link EndpointSecrets.rotate}. Throws a 409 if the account's secret signs. */
  rotateSecret(
    tenantId: string,
    id: string,
    input?: RotateSecret,
    context?: CallContext,
  ): Promise<RotatedSecret> {
    return this.secrets.rotate(tenantId, id, input, context);
  }

  /** The current secret in the clear. Throws a 409 if the account's secret signs. */
  secret(tenantId: string, id: string, context?: CallContext): Promise<RevealedSecret> {
    return this.secrets.reveal(tenantId, id, context);
  }

  /** Sends a test event to this endpoint alone. See {@link TestEventSender.send}. */
  test(
    tenantId: string,
    id: string,
    input?: TestEndpoint,
    waitMs?: number,
    context?: Omit<CallContext, 'tx'>,
  ): Promise<TestEventResult> {
    return this.tests.send(tenantId, id, input, waitMs, context);
  }

  /** Sends again what ended without success in a range of time, or counts it. See {@link BulkRetry.recover}. */
  recover(
    tenantId: string,
    id: string,
    input: RecoverDeliveries,
    context?: Omit<CallContext, 'tx'>,
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
      this.change(tx, tenantId, id, async (before, now) => decide(before, now)),
    );
    this.record(action, endpoint, context);
    return this.view(endpoint);
  }

  /** Locks an endpoint, changes it as `decide` says and returns it as it is then. */
  private async change(
    tx: EndpointStore,
    tenantId: string,
    id: string,
    decide: (...args: Parameters<Decide>) => Promise<StateChange | null>,
  ): Promise<EndpointRecord> {
    const { endpoint: before, now } = await lockEndpoint(tx, { tenantId }, id);
    const changes = await decide(before, now);
    if (changes === null) return before;
    await tx.updateEndpoint(before, { ...changes.endpointChanges, updatedAt: now }, changes.laneChanges);
    return (await tx.findEndpoint({ tenantId }, before.id)) ?? before;
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
