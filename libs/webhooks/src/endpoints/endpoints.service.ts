import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type AuditAction, WebhookAudit } from '../observability/audit.js';
import { type CallContext, inTransaction } from '../core/call-context.js';
import { Session } from '../store/postgres/connection/session.js';
import { encodeId, requireEndpointUuid } from '../core/ids.js';
import type { Page } from '../core/page.js';
import { CommitListener } from '../store/typeorm/commit-listener.js';
import { conflict, notFound } from '../core/request-error.js';
import { SECRET_BOX, type SecretBox } from '../secrets/secret-box.js';
import type { RotateSecret } from '../accounts/rotate-secret.dto.js';
import type { RevealedSecret, RotatedSecret } from '../secrets/secret-info.js';
import type { TestEndpoint } from './test-endpoint.dto.js';
import type { RecoverDeliveries } from '../deliveries/recover-deliveries.dto.js';
import { ChangeEndpoint, RegisterEndpoint } from './register-endpoint.dto.js';
import { type EndpointQuery, listEndpoints } from './list-endpoints.js';
import { BulkRetry, type RecoverResult } from '../deliveries/bulk-retry.js';
import { EndpointRegistration } from './endpoint-registration.js';
import { EndpointSecrets } from './endpoint-secrets.js';
import { EndpointStore } from '../store/typeorm/endpoint-records.js';
import {
  type EndpointRecord,
  type RegisteredEndpoint,
  toEndpoint,
  type WebhookEndpoint,
} from './endpoint.js';
import { readBody } from '../validation/read-input.js';
import { headerNames } from '../secrets/sealed-headers.js';
import { type TestEventResult, TestEventSender } from './test-events.js';
import { toPaused, toDeleted, toActive, type StateChange } from './state-changes.js';

/**
 * A tenant's registered URLs.
 * - Every call names its tenant; another tenant's endpoint is a 404, as one that does not exist.
 * - Limits hold under races: registrations of one tenant go one after another.
 * - Throws {@link WebhooksRequestError} for what cannot be done, before anything is written.
 * - `context.tx` puts what is written into the host's own transaction; tests and recoveries commit by themselves.
 */
@Injectable()
export class WebhookEndpoints {
  /** @internal The module constructs this class. */
  constructor(
    private readonly database: Session,
    private readonly store: EndpointStore,
    private readonly registration: EndpointRegistration,
    private readonly secrets: EndpointSecrets,
    private readonly tests: TestEventSender,
    private readonly recovery: BulkRetry,
    private readonly commits: CommitListener,
    private readonly audit: WebhookAudit,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
  ) {}

  /** Registers a URL. The answer holds its secret, this once. */
  async create(
    tenantId: string,
    input: RegisterEndpoint,
    context: CallContext = {},
  ): Promise<RegisteredEndpoint> {
    const fields = await readBody(RegisterEndpoint, input);
    const created = await inTransaction(this.database, context, (tx) =>
      this.registration.register(tx, tenantId, fields),
    );
    const { row, profile, secret } = created;
    this.record('endpoint.created', row, context);
    const endpoint = this.view(row);
    if (profile.secret.owner === 'account') return endpoint;
    return { ...endpoint, secret: secret === null ? null : this.secrets.present(profile, secret) };
  }

  /** Newest first. */
  async list(tenantId: string, query: EndpointQuery = {}): Promise<Page<WebhookEndpoint>> {
    return listEndpoints(this.store, { tenantId }, query, (row) => this.view(row));
  }

  async get(tenantId: string, id: string): Promise<WebhookEndpoint> {
    const row = await this.store.find({ tenantId }, requireEndpointUuid(id));
    if (!row) throw notFound('endpoint');
    return this.view(row);
  }

  /** Changes what `input` holds and leaves the rest. Deliveries that wait go to the new URL. */
  async update(
    tenantId: string,
    id: string,
    input: ChangeEndpoint,
    context: CallContext = {},
  ): Promise<WebhookEndpoint> {
    const fields = await readBody(ChangeEndpoint, input);
    const row = await inTransaction(this.database, context, async (tx) => {
      await this.store.lockAccount(tx, tenantId);
      return this.change(tx, tenantId, id, async (before, now) => {
        const { endpoint, lane } = await this.registration.prepareChanges(tx, before, fields, now);
        const { active } = fields;
        const state =
          active === undefined ? null : active ? decideResume(before, now) : decidePause(before, now);
        return { endpoint: { ...endpoint, ...state?.endpoint }, lane: { ...lane, ...state?.lane } };
      });
    });
    const changed = Object.entries(fields).flatMap(([field, value]) => (value === undefined ? [] : [field]));
    this.record('endpoint.updated', row, context, { fields: changed });
    return this.view(row);
  }

  /** Takes it away: what waits for it is discarded, its log stays until retention. */
  async delete(tenantId: string, id: string, context: CallContext = {}): Promise<void> {
    await this.transition('endpoint.deleted', tenantId, id, context, (_, now) => toDeleted(now));
  }

  /** Holds its deliveries until it is resumed. Throws a 409 where it is disabled. */
  async pause(tenantId: string, id: string, context: CallContext = {}): Promise<WebhookEndpoint> {
    return this.transition('endpoint.paused', tenantId, id, context, decidePause);
  }

  /** Sends again, what waits and what is new. Throws a 409 where the operator disabled it. */
  async resume(tenantId: string, id: string, context: CallContext = {}): Promise<WebhookEndpoint> {
    return this.transition('endpoint.resumed', tenantId, id, context, decideResume);
  }

  /** A new secret; the old ones sign along for a while. Parallel rotations all count. Throws a 409 where the secret is the account's. */
  rotateSecret(
    tenantId: string,
    id: string,
    input?: RotateSecret,
    context?: CallContext,
  ): Promise<RotatedSecret> {
    return this.secrets.rotate(tenantId, id, input, context);
  }

  /** The current secret in the clear. Throws a 409 where it is the account's. */
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

  /** Sends again what ended without success in a span of time, or counts it. See {@link BulkRetry.recover}. */
  recover(
    tenantId: string,
    id: string,
    input: RecoverDeliveries,
    context?: Omit<CallContext, 'tx'>,
  ): Promise<RecoverResult> {
    return this.recovery.recover(tenantId, id, input, context);
  }

  private async transition(
    action: AuditAction,
    tenantId: string,
    id: string,
    context: CallContext,
    decide: (row: EndpointRecord, now: number) => StateChange | null,
  ): Promise<WebhookEndpoint> {
    const row = await inTransaction(this.database, context, (tx) => this.change(tx, tenantId, id, decide));
    this.record(action, row, context);
    return this.view(row);
  }

  /** Locks an endpoint, changes it as `decide` says (`null`: not at all) and answers it is then. */
  private async change(
    tx: EntityManager,
    tenantId: string,
    id: string,
    decide: (row: EndpointRecord, now: number) => StateChange | null | Promise<StateChange>,
  ): Promise<EndpointRecord> {
    const uuid = requireEndpointUuid(id);
    const now = await this.store.lock(tx, { tenantId }, uuid);
    const row = now === null ? null : await this.store.find({ tenantId }, uuid, tx);
    if (now === null || row === null) throw notFound('endpoint');
    const transition = await decide(row, now);
    if (transition === null) return row;
    await this.store.update(tx, row, { ...transition.endpoint, updatedAt: now }, transition.lane);
    if (transition.lane.nextDueAt) this.commits.noteLanes(tx.queryRunner!);
    return (await this.store.find({ tenantId }, uuid, tx)) ?? row;
  }

  private view(row: EndpointRecord): WebhookEndpoint {
    return toEndpoint(row, headerNames(this.box, row));
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

function decidePause(row: EndpointRecord, now: number): StateChange | null {
  if (row.state !== 'disabled') return row.state === 'paused' ? null : toPaused(now);
  throw conflict(
    'endpoint_disabled',
    'This webhook is disabled, so there is nothing to pause. Resume it first.',
  );
}

/** An active one too: its owner mended it and does not want to wait for the next probe. */
function decideResume(row: EndpointRecord, now: number): StateChange {
  if (row.state === 'disabled' && row.stateReason === 'operator') {
    throw conflict(
      'disabled_by_operator',
      'This webhook was disabled by the operator of this service, who alone can enable it.',
    );
  }
  const { endpoint, lane } = toActive(now);
  return { endpoint: row.state === 'active' ? {} : endpoint, lane };
}
