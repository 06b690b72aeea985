import type { CatalogueEntry } from './catalogue-entry.js';
import { callMissed, messageTypes } from './catalogue-messages.js';
import { numberTypes, phoneTypes } from './catalogue-phones.js';
import { objectSchema, textSchema } from './json-schema.js';
import type { CatalogueEventMap, CatalogueEventType } from '../event-map.js';

const byType: { [Type in CatalogueEventType]: CatalogueEntry<CatalogueEventMap[Type]> } = {
  ...messageTypes,
  'call.missed': callMissed,
  ...phoneTypes,
  ...numberTypes,
  'webhook.test': {
    name: 'webhook.test',
    group: 'webhook',
    description: 'Sent on request, to try an endpoint.',
    schema: objectSchema('Data of a test event.', { message: textSchema('A sentence for people.') }, [
      'message',
    ]),
    example: { message: 'This is a test: the endpoint receives its webhooks.' },
  },
};

/** All event types that the module knows. */
export const catalogue: readonly CatalogueEntry[] = Object.values(byType);

export function catalogueEntry<Type extends CatalogueEventType>(
  type: Type,
): CatalogueEntry<CatalogueEventMap[Type]> {
  return byType[type];
}

/** Returns the names of the catalogue and of the host's own types. */
export function knownTypes(own: readonly CatalogueEntry[]): string[] {
  return [...catalogue, ...own].map(({ name }) => name);
}

/** Returns true for a type of the catalogue, false for a type of the host's own. */
export function isCatalogueType(type: string): type is CatalogueEventType {
  return Object.hasOwn(byType, type);
}
