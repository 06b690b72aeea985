import {
  type EntityMetadata,
  type EntitySubscriberInterface,
  EventSubscriber,
  type ObjectLiteral,
} from 'typeorm';

/**
 * A subscriber of the host that is meant for the host's entities, but names none. Like many subscribers that expect columns
 * of the host, it throws for a row of the module. So the module must not call the host's subscribers for its own rows.
 */
@EventSubscriber()
export class StrictSubscriber implements EntitySubscriberInterface {
  afterLoad(_: ObjectLiteral, event?: { metadata: EntityMetadata }): void {
    refuse(event?.metadata);
  }

  beforeInsert(event: { metadata: EntityMetadata }): void {
    refuse(event.metadata);
  }

  beforeUpdate(event: { metadata: EntityMetadata }): void {
    refuse(event.metadata);
  }

  beforeRemove(event: { metadata: EntityMetadata }): void {
    refuse(event.metadata);
  }
}

function refuse(metadata: EntityMetadata | undefined): void {
  if (metadata?.tableName.startsWith('webhook_'))
    throw new Error(`A subscriber of the host was called for a row of ${metadata.tableName}.`);
}
