import { EntitySchema } from 'typeorm';
import { flag, instant, integer, json, nullable, text } from './columns.js';
import type { EndpointState } from '../../core/states.js';
import type { StoredSecret } from '../stored-secret.js';

/** A registered URL. Its limits, order and health are in its lane. */
export class WebhookEndpointRow {
  id!: string;
  tenantId!: string;
  url!: string;
  events!: string[];
  profile!: string;
  description!: string | null;
  /** Custom headers as a JSON record, sealed like a secret: they may hold credentials. */
  headers!: string | null;
  secrets!: StoredSecret[];
  /** `null`: all numbers. */
  phoneNumbers!: string[] | null;
  timeoutMs!: number | null;
  alertEmail!: string | null;
  sendAlertEmail!: boolean;
  skipErrors!: boolean;
  skipErrorCodes!: string[];
  retryOnError!: boolean;
  state!: EndpointState;
  stateReason!: string | null;
  stateAt!: number;
  createdAt!: number;
  updatedAt!: number;
  deletedAt!: number | null;
  /** The tenant's own id for the endpoint. */
  uid!: string | null;
  /** The tenant's own values. */
  metadata!: Record<string, string> | null;
}

export const createEndpointSchema = (prefix: string): EntitySchema<WebhookEndpointRow> =>
  new EntitySchema<WebhookEndpointRow>({
    target: WebhookEndpointRow,
    name: 'WebhookEndpointRow',
    tableName: `${prefix}webhook_endpoints`,
    columns: {
      id: { type: 'uuid', name: 'id', primary: true },
      tenantId: text('tenant_id', 255),
      url: { type: 'text', name: 'url' },
      events: json('events'),
      profile: text('profile', 32),
      description: text('description', 500, nullable),
      headers: { type: 'text', name: 'headers', nullable: true },
      secrets: json('secrets'),
      phoneNumbers: json('phone_numbers', nullable),
      timeoutMs: integer('timeout_ms', nullable),
      alertEmail: text('alert_email', 320, nullable),
      sendAlertEmail: flag('send_alert_email', { default: false }),
      skipErrors: flag('skip_errors', { default: false }),
      skipErrorCodes: json('skip_error_codes'),
      retryOnError: flag('retry_on_error', { default: true }),
      state: text('state', 16, { default: 'active' }),
      stateReason: text('state_reason', 64, nullable),
      stateAt: instant('state_at'),
      createdAt: instant('created_at'),
      updatedAt: instant('updated_at'),
      deletedAt: instant('deleted_at', nullable),
      uid: text('uid', 128, nullable),
      metadata: json('metadata', nullable),
    },
    indices: [
      { name: `${prefix}webhook_endpoints_tenant`, columns: ['tenantId', 'createdAt', 'id'] },
      {
        name: `${prefix}webhook_endpoints_live`,
        columns: ['tenantId', 'createdAt', 'id'],
        where: 'deleted_at is null',
      },
      {
        name: `${prefix}webhook_endpoints_newest`,
        columns: ['createdAt', 'id'],
        where: 'deleted_at is null',
      },
      {
        name: `${prefix}webhook_endpoints_uid`,
        columns: ['tenantId', 'uid'],
        unique: true,
        where: 'deleted_at is null and uid is not null',
      },
      { name: `${prefix}webhook_endpoints_deleted`, columns: ['id'], where: 'deleted_at is not null' },
    ],
  });
