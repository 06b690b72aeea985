import type { DataSource, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';
import { WebhooksSetupError } from '../../core/errors.js';
import { WebhookAccountRow } from './account.entity.js';
import { WebhookAlertRow } from './alert.entity.js';
import { WebhookAttemptRow } from './attempt.entity.js';
import { WebhookChangeRow } from './change.entity.js';
import { WebhookDeliveryRow } from './delivery.entity.js';
import { WebhookEndpointHourRow } from './figures/endpoint-hour.entity.js';
import { WebhookEndpointRow } from './endpoint.entity.js';
import { WebhookEventRow } from './event.entity.js';
import { WebhookIdempotencyKeyRow } from './idempotency/idempotency-key.entity.js';
import { WebhookJobRow } from './jobs/job.entity.js';
import { WebhookLaneRow } from './lane.entity.js';
import { WebhookPauseRow } from './jobs/pause.entity.js';
import { WebhookLeaseRow } from './lease.entity.js';
import { WebhookUnrelayedRow } from './unrelayed.entity.js';

const ROW_CLASSES = {
  accounts: WebhookAccountRow,
  alerts: WebhookAlertRow,
  attempts: WebhookAttemptRow,
  changes: WebhookChangeRow,
  deliveries: WebhookDeliveryRow,
  endpointHours: WebhookEndpointHourRow,
  endpoints: WebhookEndpointRow,
  events: WebhookEventRow,
  idempotencyKeys: WebhookIdempotencyKeyRow,
  jobs: WebhookJobRow,
  lanes: WebhookLaneRow,
  leases: WebhookLeaseRow,
  pauses: WebhookPauseRow,
  unrelayed: WebhookUnrelayedRow,
} satisfies Record<string, EntityTarget<ObjectLiteral>>;

/** The module's tables: quoted, schema-qualified names for SQL text, with the host's schema, `entityPrefix` and table prefix. */
export type Tables = Record<keyof typeof ROW_CLASSES, string>;

/** TypeORM's metadata of a table. The names in it are not quoted. */
export function tableMetadata(dataSource: DataSource, table: keyof Tables): EntityMetadata {
  return dataSource.getMetadata(ROW_CLASSES[table]);
}

/**
 * Throws if the host's naming strategy renames a table or column. The module's statements and migrations rely on the names
 * that its entities declare.
 */
function assertNotRenamed({
  tableNameWithoutPrefix,
  givenTableName,
  columns,
  connection,
}: EntityMetadata): void {
  const names = columns.map(({ givenDatabaseName, databaseName }) => [givenDatabaseName, databaseName]);
  const renamed = [[givenTableName, tableNameWithoutPrefix], ...names].find(
    ([given, name]) => given !== undefined && given !== name,
  );
  if (!renamed) return;
  const strategy = connection?.namingStrategy.constructor.name;
  throw new WebhooksSetupError(
    `The naming strategy ${strategy} renames "${renamed[0]}" to "${renamed[1]}": its tableName(target, given) and columnName(property, given) must return \`given\` if there is one.`,
  );
}

/**
 * The names of the tables. Throws {@link WebhooksSetupError} if the data source does not list the entities, or if a naming
 * strategy renames a table or column.
 */
export function tablesOf(dataSource: DataSource): Tables {
  const quote = (path: string): string =>
    path
      .split('.')
      .map((part) => dataSource.driver.escape(part))
      .join('.');
  const names = Object.keys(ROW_CLASSES) as (keyof Tables)[];
  if (!names.every((name) => dataSource.hasMetadata(ROW_CLASSES[name]))) {
    throw new WebhooksSetupError(
      'The webhook entities are not in the data source: set `autoLoadEntities: true` in TypeOrmModule.forRoot(), or add `entities: [...webhooksEntities]`. A data source outside of Nest, such as that of the command line, always needs the list.',
    );
  }
  for (const name of names) assertNotRenamed(tableMetadata(dataSource, name));
  return Object.fromEntries(
    names.map((name) => [name, quote(tableMetadata(dataSource, name).tablePath)]),
  ) as Tables;
}
