import type { CatalogueEntry } from './catalogue-entry.js';
import { callMissed, messageTypes } from './catalogue-messages.js';
import { numberTypes, phoneTypes } from './catalogue-phones.js';
import { objectSchema, textSchema } from './json-schema.js';
import type { WebhookEventMap, WebhookEventType } from '../event.js';

const byType: { [Type in WebhookEventType]: CatalogueEntry<WebhookEventMap[Type]> } = {
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

/** Every type of event that the module knows. */
export const catalogue: readonly CatalogueEntry[] = Object.values(byType);

/** The entry of a type. */
export function catalogueEntry<Type extends WebhookEventType>(
  type: Type,
): CatalogueEntry<WebhookEventMap[Type]> {
  return byType[type];
}

/** The names of the catalogue and of a host's own types. */
export function knownTypes(own: readonly CatalogueEntry[] | null): string[] {
  return [...catalogue, ...(own ?? [])].map(({ name }) => name);
}

/** A name of the catalogue, not of a host's own type. */
export function isCatalogueType(type: string): type is WebhookEventType {
  return Object.hasOwn(byType, type);
}
