import type { DataSource, EntityMetadata, ObjectLiteral } from 'typeorm';

/** TypeORM does not export this type. */
type ColumnMetadata = EntityMetadata['columns'][number];

/**
 * Returns the entity as TypeORM reads it, but also with columns that have `select: false`. If the key of a relation has
 * no property of its own, the relation holds an object with that key, as `{ id }`. Other relations are absent.
 *
 * @param values values of `columns`, as the driver returns them
 */
export function hydrateRow(
  { driver }: DataSource,
  metadata: EntityMetadata,
  columns: readonly ColumnMetadata[],
  values: readonly unknown[],
): ObjectLiteral {
  const entityMetadata = childOf(metadata, columns, values);
  const entity: ObjectLiteral = entityMetadata.create(undefined, { fromDeserializer: true });
  columns.forEach((column, place) => {
    const own = entityMetadata === metadata ? column : sameColumnOf(entityMetadata, column);
    if (!own) return;
    const value: unknown = driver.prepareHydratedValue(values[place], own);
    if (!own.isVirtual) own.setEntityValue(entity, value);
    else if (own.relationMetadata) setRelationKey(entity, own, value);
  });
  return entity;
}

/** For a column without a property of its own: sets the relation to an entity that has nothing but its key. */
function setRelationKey(entity: ObjectLiteral, column: ColumnMetadata, value: unknown): void {
  const { relationMetadata, referencedColumn } = column;
  const isNone = value === null || !referencedColumn;
  const related: ObjectLiteral | null = isNone
    ? null
    : (relationMetadata!.getEntityValue(entity) ??
      referencedColumn.entityMetadata.create(undefined, { fromDeserializer: true }));
  if (related) referencedColumn!.setEntityValue(related, value);
  relationMetadata!.setEntityValue(entity, related);
}

/** If several entities share a table, each entity has its own metadata of a column. */
function sameColumnOf(
  { columns }: EntityMetadata,
  { databaseName }: ColumnMetadata,
): ColumnMetadata | undefined {
  return columns.find((column) => column.databaseName === databaseName);
}

/** If several entities share a table, returns the metadata of the entity that this row belongs to. */
function childOf(
  metadata: EntityMetadata,
  columns: readonly ColumnMetadata[],
  values: readonly unknown[],
): EntityMetadata {
  const { discriminatorColumn, childEntityMetadatas } = metadata;
  if (!discriminatorColumn) return metadata;
  const value =
    values[columns.findIndex(({ databaseName }) => databaseName === discriminatorColumn.databaseName)];
  return childEntityMetadatas.find(({ discriminatorValue }) => discriminatorValue === value) ?? metadata;
}
