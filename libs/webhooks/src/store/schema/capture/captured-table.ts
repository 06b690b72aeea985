import type { DataSource, EntityMetadata } from 'typeorm';
import { WebhooksSetupError } from '../../../core/errors.js';
import type { CapturedColumn } from '../../change-store.js';

/** TypeORM does not export this type. */
export type ColumnMetadata = EntityMetadata['columns'][number];

/** The table and the column of a capture, as the data source knows them. */
export interface CapturedTable {
  /** Name of the capture: the table's path and the column, such as `sms.message.status`. */
  name: string;
  /** Quoted name of the table. */
  table: string;
  metadata: EntityMetadata;
  column: ColumnMetadata;
}

/** Throws {@link WebhooksSetupError} if the data source lacks the entity, or the entity lacks the column. */
export function capturedTable(
  dataSource: DataSource,
  { entity, column: property }: CapturedColumn,
): CapturedTable {
  if (!dataSource.hasMetadata(entity)) {
    throw new WebhooksSetupError(
      `capture(${nameOf(entity)}): the data source does not have this entity. Add it to the entities of the data source, or name the data source that has it: WebhooksModule.forFeature([...], 'name').`,
    );
  }
  const metadata = dataSource.getMetadata(entity);
  const fail = (problem: string): never => {
    throw new WebhooksSetupError(`capture(${metadata.targetName}): ${problem}`);
  };
  if (metadata.tableType === 'view') fail('a view has no rows of its own; capture the table behind it.');
  if (metadata.tableType === 'entity-child') {
    const parent = metadata.parentEntityMetadata.targetName;
    fail(
      `the entity shares the table of ${parent}; capture ${parent}, and let map return null for rows of other entities.`,
    );
  }
  const column = metadata.findColumnWithPropertyPath(property);
  if (!column) {
    const known = metadata.columns.filter((each) => !isUnstored(each)).map((each) => each.propertyPath);
    return fail(`it has no column "${property}". Its columns are ${known.join(', ')}.`);
  }
  if (isUnstored(column)) fail(`"${property}" is computed when the row is read; capture a stored column.`);
  return {
    name: `${metadata.tablePath}.${column.databaseName}`,
    table: quotePath(dataSource, metadata.tablePath),
    metadata,
    column,
  };
}

/** A column that exists only in queries, such as a `@VirtualColumn`. */
export function isUnstored({ isVirtualProperty }: ColumnMetadata): boolean {
  return isVirtualProperty;
}

function quotePath({ driver }: DataSource, path: string): string {
  return path
    .split('.')
    .map((part) => driver.escape(part))
    .join('.');
}

function nameOf(entity: CapturedColumn['entity']): string {
  if (typeof entity === 'string') return entity;
  return 'name' in entity ? entity.name : entity.options.name;
}
