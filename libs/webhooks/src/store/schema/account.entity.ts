import { EntitySchema } from 'typeorm';
import { instant, json, nullable, text } from './columns.js';
import type { StoredSecret } from '../stored-secret.js';

/** A tenant's own settings. The row is created when it is first needed. */
export class WebhookAccountRow {
  tenantId!: string;
  secrets!: StoredSecret[];
  alertEmail!: string | null;
  /** `null`: the module's default profile. */
  defaultProfile!: string | null;
  createdAt!: number;
  updatedAt!: number;
}

export const createAccountSchema = (prefix: string): EntitySchema<WebhookAccountRow> =>
  new EntitySchema<WebhookAccountRow>({
    target: WebhookAccountRow,
    name: 'WebhookAccountRow',
    tableName: `${prefix}webhook_accounts`,
    columns: {
      tenantId: text('tenant_id', 255, { primary: true }),
      secrets: json('secrets'),
      alertEmail: text('alert_email', 320, nullable),
      defaultProfile: text('default_profile', 32, nullable),
      createdAt: instant('created_at'),
      updatedAt: instant('updated_at'),
    },
  });
