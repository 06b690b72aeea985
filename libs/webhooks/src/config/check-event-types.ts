import type { CustomEventType } from '../events/catalogue/custom-event-type.js';
import { isCatalogueType } from '../events/catalogue/catalogue.js';
import { type CatalogueEntry } from '../events/catalogue/catalogue-entry.js';
import { isEventType } from '../events/event.js';
import { check } from './option-checks.js';

/** The option `eventTypes`, each complete; `null`: not given. Throws `InvalidOptionError`. */
export function checkEventTypes(types: readonly CustomEventType[] | undefined): CatalogueEntry[] | null {
  if (types === undefined) return null;
  check(Array.isArray(types), 'eventTypes', types, 'use a list of { name, description }');
  const seen = new Set<string>();
  return types.map((type, place) => {
    const option = `eventTypes[${place}]`;
    check(typeof type === 'object' && type !== null, option, type, 'use { name, description }');
    const { name, description, schema = {}, example = {} } = type;
    check(
      typeof name === 'string' && isEventType(name),
      `${option}.name`,
      name,
      'use lower-case words joined by full stops, such as "invoice.paid"',
    );
    check(!isCatalogueType(name), `${option}.name`, name, "leave it out, it is one of the catalogue's");
    check(!seen.has(name), `${option}.name`, name, 'give each name once');
    seen.add(name);
    check(
      typeof description === 'string' && description !== '',
      `${option}.description`,
      description,
      'say in a sentence when it happens',
    );
    return { name, group: type.group ?? name.split('.')[0]!, description, schema, example };
  });
}
