import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import type { WebhookEventType } from '../../events/event-map.js';
import type { EventInputOf } from '../../events/event.js';
import { checkCaptureOptions } from './check-capture-options.js';

/** What `map` returns: an event as `publish` takes it. Default of `tenantId`: the tenant that the capture determines. */
export type CapturedEvent = {
  [Type in WebhookEventType]: Omit<EventInputOf<Type>, 'tenantId'> & { tenantId?: string };
}[WebhookEventType];

/** What `map` gets besides the rows. */
export interface CaptureContext {
  /** The tenant that the option `tenant` determines. */
  tenantId: string;
  /** Time of the change (the database's clock). */
  changedAt: Date;
  /** Reads other tables of the host in their present state, outside of any transaction. */
  manager: EntityManager;
}

/** What {@link capture} takes besides the entity. */
export interface CaptureOptions<Entity, Insert extends boolean, Delete extends boolean> {
  /** Property whose changes are published, such as `status`, or a path into an embedded property, such as `state.value`. */
  column: (keyof Entity & string) | `${keyof Entity & string}.${string}`;
  /** Property that holds the tenant, or a function of the row. A number becomes a string. */
  tenant:
    | { [Name in keyof Entity & string]: Entity[Name] extends string | number ? Name : never }[keyof Entity &
        string]
    | ((row: Entity) => string | number);
  /** Captures inserted rows, too: `previous` is `null` then. Default false. */
  insert?: Insert;
  /** Captures deleted rows, too: `row` is `null` then. Default false. */
  delete?: Delete;
  /**
   * Returns the event of a change, or `null` if the change has no event. Runs in a worker, after the commit. The changes
   * of a row are mapped one after another. The function may be async, and may be called again for the same change. If it
   * throws, or takes longer than 5 s, the change is tried again later.
   *
   * @param row the row after the change
   * @param previous the row before the change
   */
  map: (
    row: Delete extends true ? Entity | null : Entity,
    previous: Insert extends true ? Entity | null : Entity,
    context: CaptureContext,
  ) => CapturedEvent | null | undefined | Promise<CapturedEvent | null | undefined>;
}

/** A capture, made by {@link capture}. */
export interface Capture {
  readonly entity: EntityTarget<ObjectLiteral>;
  readonly column: string;
  readonly insert: boolean;
  readonly delete: boolean;
  /** @internal */
  tenantOf(row: ObjectLiteral): unknown;
  /** @internal */
  map(row: ObjectLiteral | null, previous: ObjectLiteral | null, context: CaptureContext): unknown;
}

/**
 * Publishes an event for each change of a column, whether repositories, query builders, raw SQL or other programs make
 * the change. The capture needs the triggers of `captureMigration(entity, { column })` on the table. Pass the capture
 * to `WebhooksModule.forFeature()` in the processes that deliver.
 *
 * @throws InvalidOptionError if an option is missing, unknown or of the wrong type
 */
export function capture<
  Entity extends ObjectLiteral,
  Insert extends boolean = false,
  Delete extends boolean = false,
>(entity: EntityTarget<Entity>, options: CaptureOptions<Entity, Insert, Delete>): Capture {
  checkCaptureOptions(entity, options);
  const { column, tenant, insert = false, delete: deletes = false, map } = options;
  return {
    entity,
    column,
    insert,
    delete: deletes,
    tenantOf: typeof tenant === 'function' ? (row) => tenant(row as Entity) : (row) => row[tenant],
    map: map as Capture['map'],
  };
}
