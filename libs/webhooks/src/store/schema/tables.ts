import type { DataSource, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';
import { WebhooksSetupError } from '../../core/errors.js';
import { WebhookAccountRow } from './account.entity.js';
import { WebhookAlertRow } from './alert.entity.js';
import { WebhookAttemptRow } from './attempt.entity.js';
import { WebhookDeliveryRow } from './delivery.entity.js';
import { WebhookEndpointRow } from './endpoint.entity.js';
import { WebhookEventRow } from './event.entity.js';
import { WebhookLaneRow } from './lane.entity.js';
import { WebhookLeaseRow } from './lease.entity.js';
import { WebhookUnrelayedRow } from './unrelayed.entity.js';

const ROW_CLASSES = {
  accounts: WebhookAccountRow,
  alerts: WebhookAlertRow,
  attempts: WebhookAttemptRow,
  deliveries: WebhookDeliveryRow,
  endpoints: WebhookEndpointRow,
  events: WebhookEventRow,
  lanes: WebhookLaneRow,
  leases: WebhookLeaseRow,
  unrelayed: WebhookUnrelayedRow,
} satisfies Record<string, EntityTarget<ObjectLiteral>>;

/** Quoted, schema-qualified names for SQL text: whatever schema, `entityPrefix` and table prefix the host chose. */
export type Tables = Record<keyof typeof ROW_CLASSES, string>;

/** Bare names, for the names of indexes. */
export function tableMetadata(dataSource: DataSource, table: keyof Tables): EntityMetadata {
  return dataSource.getMetadata(ROW_CLASSES[table]);
}

/**
 * The statements name columns as they are declared. A strategy may name what has no name; one that renames the rest
 * would part the entities from them, so it stops migrations and start alike.
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
    `The naming strategy ${strategy} makes "${renamed[1]}" of "${renamed[0]}", a name that is given: let its tableName(target, given) and columnName(property, given) answer \`given\` where there is one.`,
  );
}

/**
 * Throws {@link WebhooksSetupError} where the entities are not registered, in a running app or in the data source of
 * TypeORM's command line, and where a naming strategy renames them.
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
      'The webhook entities are not in the data source: set `autoLoadEntities: true` in TypeOrmModule.forRoot(), or add `entities: [...webhooksEntities]`, which a data source outside of Nest (of the command line, say) always needs.',
    );
  }
  for (const name of names) assertNotRenamed(tableMetadata(dataSource, name));
  return Object.fromEntries(
    names.map((name) => [name, quote(tableMetadata(dataSource, name).tablePath)]),
  ) as Tables;
}
