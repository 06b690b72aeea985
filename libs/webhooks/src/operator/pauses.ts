import { Inject, Injectable } from '@nestjs/common';
import type { CallContext } from '../core/call-context.js';
import { encodeId, requireEndpointUuid } from '../core/ids.js';
import { formatInstant } from '../core/instants.js';
import { badRequest, notFound } from '../core/request-error.js';
import type { PauseScope } from '../core/states.js';
import { WebhookAudit } from '../observability/audit.js';
import type { EndpointStore } from '../store/endpoint-store.js';
import type { OperatorStore, PauseRecord } from '../store/jobs/operator-store.js';
import { STORE } from '../store/store.js';
import { checkTexts } from '../validation/list-query.js';

/** What to pause. Set exactly one field. */
export type PauseTarget =
  | { endpointId: string }
  | { tenantId: string }
  /** Such as `https://example.com`: all endpoints and callbacks there. */
  | { origin: string }
  | { all: true };

/** What the operator has paused. */
export interface OperatorPause {
  scope: PauseScope;
  /** `wh_…`, the tenant or the origin; `null`: all. */
  value: string | null;
  reason: string | null;
  /** RFC 3339. */
  createdAt: string;
}

type Pause = Pick<PauseRecord, 'scope' | 'value'>;

/** The operator's pauses. A pause by an endpoint's owner is separate: each of the two pauses stays until somebody ends it. */
@Injectable()
export class OperatorPauses {
  constructor(
    @Inject(STORE) private readonly store: OperatorStore & EndpointStore,
    private readonly audit: WebhookAudit,
  ) {}

  async pause(
    target: PauseTarget,
    { reason, ...context }: { reason?: string } & Omit<CallContext, 'tx'>,
  ): Promise<void> {
    checkTexts({ reason });
    const pause = await this.read(target);
    await this.store.transaction((tx) => tx.insertPause({ ...pause, reason: reason?.slice(0, 500) ?? null }));
    await this.apply();
    this.record('operator.paused', pause, context);
  }

  async resume(target: PauseTarget, context: Omit<CallContext, 'tx'>): Promise<boolean> {
    const pause = await this.read(target);
    const isEnded = await this.store.transaction((tx) => tx.endPause(pause));
    if (!isEnded) return false;
    await this.apply();
    this.record('operator.resumed', pause, context);
    return true;
  }

  async list(): Promise<OperatorPause[]> {
    const pauses = await this.store.listPauses();
    return pauses.map(({ scope, value, reason, createdAt }) => ({
      scope,
      value: scope === 'all' ? null : scope === 'endpoint' ? encodeId('wh', value) : value,
      reason,
      createdAt: formatInstant(createdAt),
    }));
  }

  /** If this loop is interrupted, workers apply the rest. */
  private async apply(): Promise<void> {
    while ((await this.store.applyPauses()) > 0);
  }

  private async read(target: PauseTarget): Promise<Pause> {
    const [[scope, value] = [], ...others] = Object.entries(target ?? {});
    if (others.length === 0 && scope === 'all' && value === true) return { scope: 'all', value: '' };
    if (others.length > 0 || typeof value !== 'string' || value === '' || value.length > 255)
      throw wrongTarget();
    checkTexts({ [scope!]: value });
    if (scope === 'tenantId') return { scope: 'tenant', value };
    if (scope === 'origin' && HTTP_URL.test(value) && URL.canParse(value))
      return { scope: 'origin', value: new URL(value).origin };
    if (scope !== 'endpointId') throw wrongTarget();
    const uuid = requireEndpointUuid(value);
    if (!(await this.store.findEndpoint('operator', uuid))) throw notFound('endpoint');
    return { scope: 'endpoint', value: uuid };
  }

  private record(
    action: 'operator.paused' | 'operator.resumed',
    { scope, value }: Pause,
    { actor, request }: Omit<CallContext, 'tx'>,
  ): void {
    const tenantId = scope === 'tenant' ? value : '';
    const endpointId = scope === 'endpoint' ? encodeId('wh', value) : undefined;
    this.audit.record({ action, tenantId, endpointId, actor, request, data: { scope, value } });
  }
}

/** `URL` parses `example.com:8443` too, as a URL whose scheme is `example.com`. */
const HTTP_URL = /^https?:\/\//i;

function wrongTarget(): Error {
  const message = 'Name one of endpointId (wh_…), tenantId, origin (https://example.com), or all: true.';
  return badRequest({ field: 'target', code: 'invalid', message });
}
