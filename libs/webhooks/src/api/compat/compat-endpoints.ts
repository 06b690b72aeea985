import { Injectable } from '@nestjs/common';
import { WebhookAudit } from '../../observability/audit.js';
import { inTransaction } from '../../core/call-context.js';
import { Session } from '../../store/postgres/connection/session.js';
import { decodeId, encodeId } from '../../core/ids.js';
import { notFound } from '../../core/request-error.js';
import { SecretUnreadableError } from '../../secrets/secret-box.js';
import type { WebhookCaller } from '../caller.js';
import type { ChangeEndpoint, RegisterEndpoint } from '../../endpoints/register-endpoint.dto.js';
import { EndpointSecrets } from '../../endpoints/endpoint-secrets.js';
import { EndpointStore } from '../../store/typeorm/endpoint-records.js';
import type { EndpointRecord } from '../../endpoints/endpoint.js';
import { WebhookEndpoints } from '../../endpoints/endpoints.service.js';
import { LineLogger } from '../../core/line-logger.js';

/** The endpoints of one profile as a platform's own routes see them: those of other profiles are not there. */
@Injectable()
export class CompatEndpoints {
  private readonly logger = new LineLogger('Webhooks');

  constructor(
    private readonly database: Session,
    private readonly endpoints: WebhookEndpoints,
    private readonly store: EndpointStore,
    private readonly secrets: EndpointSecrets,
    private readonly audit: WebhookAudit,
  ) {}

  /** All of an account's, newest first; there are never many. */
  async all(profile: string, { tenantId }: WebhookCaller): Promise<EndpointRecord[]> {
    const rows: EndpointRecord[] = [];
    for (;;) {
      const last = rows.at(-1);
      const page = await this.store.page({ tenantId }, { limit: PAGE, profile, after: last });
      rows.push(...page.slice(0, PAGE));
      if (page.length <= PAGE) return rows;
    }
  }

  async byNumber(profile: string, { tenantId }: WebhookCaller, id: string): Promise<EndpointRecord> {
    const row = /^[1-9]\d{0,14}$/.test(id) ? await this.store.findByNumber({ tenantId }, Number(id)) : null;
    return requireProfileMatch(profile, row);
  }

  async byUuid(profile: string, { tenantId }: WebhookCaller, id: string): Promise<EndpointRecord> {
    const row = UUID.test(id) ? await this.store.find({ tenantId }, id.toLowerCase()) : null;
    return requireProfileMatch(profile, row);
  }

  async create(caller: WebhookCaller, input: RegisterEndpoint): Promise<EndpointRecord> {
    const { id } = await this.endpoints.create(caller.tenantId, input, caller);
    return (await this.store.find(caller, decodeId('wh', id)!))!;
  }

  async update(caller: WebhookCaller, row: EndpointRecord, input: ChangeEndpoint): Promise<EndpointRecord> {
    return inTransaction(this.database, {}, async (tx) => {
      await this.endpoints.update(caller.tenantId, encodeId('wh', row.id), input, { ...caller, tx });
      return (await this.store.find(caller, row.id, tx)) ?? row;
    });
  }

  async delete(caller: WebhookCaller, row: EndpointRecord): Promise<void> {
    await this.endpoints.delete(caller.tenantId, encodeId('wh', row.id), caller);
  }

  /** The current secret in the clear; `null`: unsigned; `undefined`: it cannot be read, which must not spoil a list. */
  secretOf(row: EndpointRecord): string | null | undefined {
    try {
      return this.secrets.current(row);
    } catch (error) {
      if (!(error instanceof SecretUnreadableError)) throw error;
      this.logger.error(error.message);
      return undefined;
    }
  }

  /** Tells the audit that a secret was shown. */
  revealed({ tenantId, request }: WebhookCaller, row: EndpointRecord): void {
    const endpointId = encodeId('wh', row.id);
    this.audit.record({ action: 'endpoint.secret_revealed', tenantId, endpointId, request });
  }
}

const PAGE = 100;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function requireProfileMatch(profile: string, row: EndpointRecord | null): EndpointRecord {
  if (row?.profile !== profile) throw notFound('endpoint');
  return row;
}
