import type { EventPlace, EventRange } from '../../jobs/event-log-store.js';

/** Parameters of a statement, numbered as they are added. */
export class Parameters {
  readonly values: unknown[] = [];

  /** Returns the placeholder of `value`. */
  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

/**
 * SQL conditions on events `e`. If the range has a subject, the conditions suit the index by subject, and the subject's
 * few events are filtered by time. Otherwise they suit the index by time.
 */
export function eventRangeSql(tenantId: string, range: EventRange, parameters: Parameters): string {
  const { since, until, subject } = range;
  return [
    `e.tenant_id = ${parameters.add(tenantId, 'text')}`,
    ...(subject === undefined ? [] : [`e.subject = ${parameters.add(subject, 'text')}`]),
    ...(since === undefined ? [] : [`e.created_at >= ${parameters.add(since, 'bigint')}`]),
    ...(until === undefined ? [] : [`e.created_at < ${parameters.add(until, 'bigint')}`]),
  ].join(' and ');
}

/** The columns that sort the events of this range. Their values are an event's position. */
export function eventPlaceSql({ subject }: EventRange): string[] {
  return subject === undefined ? ['e.created_at', 'e.sequence'] : ['e.sequence'];
}

/** SQL: in ascending order, the event comes after (`>`) or before (`<`) this position. */
export function isBeyondSql(
  range: EventRange,
  operator: '<' | '>',
  { createdAt, sequence }: EventPlace,
  parameters: Parameters,
): string {
  const columns = eventPlaceSql(range);
  const values = columns.length === 1 ? [sequence] : [createdAt, sequence];
  const place = values.map((value) => parameters.add(value, 'bigint'));
  return `(${columns.join(', ')}) ${operator} (${place.join(', ')})`;
}
