import type { EntitySchemaColumnOptions, ValueTransformer } from 'typeorm';

/** PostgreSQL returns `bigint` as text. Instants and counters of this module stay below 2^53. */
const asNumber: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: string | number | null) => (value === null ? null : Number(value)),
};

/** An instant: epoch ms of the database's clock. */
export function instant(
  name: string,
  options: Partial<EntitySchemaColumnOptions> = {},
): EntitySchemaColumnOptions {
  return { type: 'bigint', name, transformer: asNumber, ...options };
}

/** A key that the database generates. It is read as text, because it may exceed 2^53. */
export function key(
  name: string,
  options: Partial<EntitySchemaColumnOptions> = {},
): EntitySchemaColumnOptions {
  return { type: 'bigint', name, ...options };
}

export function text(
  name: string,
  length: number,
  options: Partial<EntitySchemaColumnOptions> = {},
): EntitySchemaColumnOptions {
  return { type: 'varchar', length, name, ...options };
}

/** A list or record as JSON text. This type works on every database. Hot statements do not read the content. */
export function json(
  name: string,
  options: Partial<EntitySchemaColumnOptions> = {},
): EntitySchemaColumnOptions {
  return { type: 'simple-json', name, ...options };
}

export function integer(
  name: string,
  options: Partial<EntitySchemaColumnOptions> = {},
): EntitySchemaColumnOptions {
  return { type: 'int', name, ...options };
}

export function flag(
  name: string,
  options: Partial<EntitySchemaColumnOptions> = {},
): EntitySchemaColumnOptions {
  return { type: 'boolean', name, ...options };
}

export const nullable = { nullable: true } as const;
