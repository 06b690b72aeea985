import { Injectable } from '@nestjs/common';
import { Emitter } from './emitter.js';

/** An action through the REST routes or the services. */
export type AuditAction =
  | 'endpoint.created'
  | 'endpoint.updated'
  | 'endpoint.deleted'
  | 'endpoint.paused'
  | 'endpoint.resumed'
  | 'endpoint.disabled'
  | 'endpoint.tested'
  | 'endpoint.recovered'
  | 'endpoint.replayed'
  | 'endpoint.secret_rotated'
  | 'endpoint.secret_revealed'
  | 'account.updated'
  | 'account.secret_rotated'
  | 'account.secret_revealed'
  | 'delivery.retried'
  | 'delivery.cancelled'
  | 'job.cancelled'
  | 'operator.paused'
  | 'operator.resumed'
  | 'subject.erased'
  | 'tenant.deleted';

/** One entry of the audit log. Holds no secret and no payload. */
export interface AuditEntry {
  action: AuditAction;
  /** Empty if the action is about all tenants. */
  tenantId: string;
  /** `wh_…` */
  endpointId?: string;
  /** `dlv_…` */
  deliveryId?: string;
  /** Details of the action, such as names of the fields that changed, counts, or the id of a job. */
  data?: Record<string, unknown>;
  /** Who acted, if the caller of the service names the actor. */
  actor?: string;
  /** The HTTP request, if the action came through a route. The host finds its user in the request. */
  request?: unknown;
}

/**
 * Reports to the host what was created, changed, revealed or retried, and by whom. A change in the host's own transaction
 * is reported before that transaction commits, and any other change after its commit. Calls listeners in this process.
 * The error of a listener is logged, and affects nothing else.
 */
@Injectable()
export class WebhookAudit {
  private readonly emitter = new Emitter<{ audit: AuditEntry }>('Webhooks');

  /**
   * Calls `listener` for each entry of this process.
   *
   * @returns a function that removes the listener
   */
  onAudit(listener: (entry: AuditEntry) => void): () => void {
    return this.emitter.on('audit', listener);
  }

  /** Called by the services. */
  record(entry: AuditEntry): void {
    this.emitter.emit('audit', entry, entry.action);
  }
}
