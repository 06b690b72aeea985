import type { JsonSchema } from '../../events/catalogue/json-schema.js';

const PLACE = '#/components/schemas/';

/** Returns the document with `prefix` before the names of all schemas, in references as well. */
export function prefixSchemas<Document extends { components: { schemas: Record<string, JsonSchema> } }>(
  document: Document,
  prefix = '',
): Document {
  if (prefix === '') return document;
  const { components, ...rest } = renameReferences(document, prefix) as Document;
  const entries = Object.entries(components.schemas).map(([name, schema]) => [`${prefix}${name}`, schema]);
  return { ...rest, components: { ...components, schemas: Object.fromEntries(entries) } } as Document;
}

function renameReferences(part: unknown, prefix: string): unknown {
  if (Array.isArray(part)) return part.map((each) => renameReferences(each, prefix));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [
      name,
      name === '$ref' && typeof value === 'string' && value.startsWith(PLACE)
        ? `${PLACE}${prefix}${value.slice(PLACE.length)}`
        : renameReferences(value, prefix),
    ]),
  );
}
