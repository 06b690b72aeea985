import { Inject, Injectable } from '@nestjs/common';
import { decodeId, encodeId } from '../../core/ids.js';
import { LineLogger } from '../../core/line-logger.js';
import { notFound } from '../../core/request-error.js';
import { EndpointSecrets } from '../../endpoints/endpoint-secrets.js';
import { WebhookEndpoints } from '../../endpoints/endpoints.service.js';
import type { ChangeEndpoint, RegisterEndpoint } from '../../endpoints/register-endpoint.dto.js';
import { WebhookAudit } from '../../observability/audit.js';
import { SecretUnreadableError } from '../../secrets/secret-box.js';
import type { EndpointRecord, EndpointStore } from '../../store/endpoint-store.js';
import { STORE } from '../../store/store.js';
import type { WebhookCaller } from '../caller.js';

const PAGE_LIMIT = 100;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The endpoints of one profile, for the routes of its platform. Endpoints of other profiles result in a 404. */
@Injectable()
export class CompatEndpoints {
  private readonly logger = new LineLogger('Webhooks');

  constructor(
    @Inject(STORE) private readonly store: EndpointStore,
    private readonly endpoints: WebhookEndpoints,
    private readonly secrets: EndpointSecrets,
    private readonly audit: WebhookAudit,
  ) {}

  /**
   * All of the account's endpoints that have this profile, newest first. Returns them at once, not in pages, because the
   * module limits their number.
   */
  async all(profile: string, { tenantId }: WebhookCaller): Promise<EndpointRecord[]> {
    const found: EndpointRecord[] = [];
    for (;;) {
      const page = await this.store.listEndpoints(
        { tenantId },
        { limit: PAGE_LIMIT, profile, after: found.at(-1) },
      );
      found.push(...page.slice(0, PAGE_LIMIT));
      if (page.length <= PAGE_LIMIT) return found;
    }
  }

  async byNumber(profile: string, { tenantId }: WebhookCaller, id: string): Promise<EndpointRecord> {
    const isNumber = /^[1-9]\d{0,14}$/.test(id);
    const found = isNumber ? await this.store.findEndpointByNumber({ tenantId }, Number(id)) : null;
    return requireProfileMatch(profile, found);
  }

  async byUuid(profile: string, { tenantId }: WebhookCaller, id: string): Promise<EndpointRecord> {
    const found = UUID.test(id) ? await this.store.findEndpoint({ tenantId }, id.toLowerCase()) : null;
    return requireProfileMatch(profile, found);
  }

  async create(caller: WebhookCaller, input: RegisterEndpoint): Promise<EndpointRecord> {
    const { id } = await this.endpoints.create(caller.tenantId, input, caller);
    return (await this.store.findEndpoint(caller, decodeId('wh', id)!))!;
  }

  async update(
    caller: WebhookCaller,
    endpoint: EndpointRecord,
    input: ChangeEndpoint,
  ): Promise<EndpointRecord> {
    await this.endpoints.update(caller.tenantId, encodeId('wh', endpoint.id), input, caller);
    return (await this.store.findEndpoint(caller, endpoint.id)) ?? endpoint;
  }

  async delete(caller: WebhookCaller, endpoint: EndpointRecord): Promise<void> {
    await this.endpoints.delete(caller.tenantId, encodeId('wh', endpoint.id), caller);
  }

  /**
   * Returns the current secret in the clear, `null` if requests are unsigned, or `undefined` if the secret is unreadable: one
   * such secret must not make a list fail.
   */
  secretOf(endpoint: EndpointRecord): string | null | undefined {
    try {
      return this.secrets.current(endpoint);
    } catch (error) {
      if (!(error instanceof SecretUnreadableError)) throw error;
      this.logger.error(error.message);
      return undefined;
    }
  }

  /** Records in the audit that a secret was shown. */
  recordRevealed({ tenantId, request }: WebhookCaller, endpoint: EndpointRecord): void {
    const endpointId = encodeId('wh', endpoint.id);
    this.audit.record({ action: 'endpoint.secret_revealed', tenantId, endpointId, request });
  }
}

function requireProfileMatch(profile: string, endpoint: EndpointRecord | null): EndpointRecord {
  if (endpoint?.profile !== profile) throw notFound('endpoint');
  return endpoint;
}
