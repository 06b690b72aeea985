import { isCatalogueType } from '../events/catalogue/catalogue.js';
import type { CatalogueEntry } from '../events/catalogue/catalogue-entry.js';
import type { CustomEventType } from '../events/catalogue/custom-event-type.js';
import { isEventType } from '../events/event.js';
import { type Check, isText, listOf, mustBe } from './checks.js';

const customEventType: Check<CustomEventType> = (value, option) => {
  if (typeof value !== 'object' || value === null)
    throw mustBe(option, value, 'an object: { name, description }');
  const { name, description } = value as Partial<CustomEventType>;
  if (typeof name !== 'string' || !isEventType(name)) {
    throw mustBe(`${option}.name`, name, 'lower-case words joined by full stops, such as "invoice.paid"');
  }
  if (isCatalogueType(name)) {
    throw mustBe(`${option}.name`, name, 'a name that the catalogue does not have');
  }
  if (!isText(description)) {
    throw mustBe(`${option}.description`, description, 'a sentence that says when the event happens');
  }
  return value as CustomEventType;
};

export const customEventTypes: Check<readonly CustomEventType[]> = (value, option) => {
  const types = listOf('a list of { name, description }', customEventType)(value, option);
  const names = new Set<string>();
  for (const [index, { name }] of types.entries()) {
    if (names.has(name)) throw mustBe(`${option}[${index}].name`, name, 'different from the other names');
    names.add(name);
  }
  return types;
};

/** Fills in what a custom event type may leave out. */
export function toCatalogueEntry(type: CustomEventType): CatalogueEntry {
  const { name, group = name.split('.')[0]!, description, schema = {}, example = {} } = type;
  return { name, group, description, schema, example };
}
