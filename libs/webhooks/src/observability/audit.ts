import { Injectable } from '@nestjs/common';
import { LineLogger } from '../core/line-logger.js';

/** What somebody did through the REST routes or the services. */
export type AuditAction =
  | 'endpoint.created'
  | 'endpoint.updated'
  | 'endpoint.deleted'
  | 'endpoint.paused'
  | 'endpoint.resumed'
  | 'endpoint.disabled'
  | 'endpoint.tested'
  | 'endpoint.recovered'
  | 'endpoint.secret_rotated'
  | 'endpoint.secret_revealed'
  | 'account.updated'
  | 'account.secret_rotated'
  | 'account.secret_revealed'
  | 'delivery.retried'
  | 'delivery.cancelled'
  | 'tenant.deleted';

/** One entry. Holds no secret and no payload. */
export interface AuditEntry {
  action: AuditAction;
  tenantId: string;
  /** `wh_…` */
  endpointId?: string;
  /** `dlv_…` */
  deliveryId?: string;
  /** Names of the fields that changed, or counts. */
  data?: Record<string, unknown>;
  /** Who, where the caller of a service said so. */
  actor?: string;
  /** The HTTP request, where it came over a route: the host finds its user there. */
  request?: unknown;
}

/**
 * Tells the host who created, changed, revealed or replayed what, after the change is committed (in the host's own
 * transaction: when it is written). In-process; a listener that throws is logged and disturbs nobody.
 */
@Injectable()
export class WebhookAudit {
  private readonly logger = new LineLogger('Webhooks');
  private readonly listeners = new Set<(entry: AuditEntry) => void>();

  /** Calls `listener` for each entry. Answers what ends that. */
  onAudit(listener: (entry: AuditEntry) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  record(entry: AuditEntry): void {
    for (const listener of this.listeners) {
      try {
        listener(entry);
      } catch (error) {
        const what = error instanceof Error ? error.stack : String(error);
        this.logger.error(`An audit listener failed on ${entry.action}: ${what}`);
      }
    }
  }
}
