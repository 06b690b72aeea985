import { WebhookRefusedError } from './refusal.js';

/** Headers as Node, Express, Fastify and Nest have them, or anything with a `get`, such as the Fetch API's `Headers`. */
export type WebhookHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | { get(name: string): string | null | undefined };

/** The one value of a header, whatever the case of its name. Throws `missing-header`, or `malformed-header` for several values. */
export function readHeader(headers: WebhookHeaders, name: string): string {
  const values = valuesOf(headers, name).filter((value) => value !== undefined && value !== null);
  const [value] = values;
  if (values.length > 1 || (value !== undefined && typeof value !== 'string'))
    throw new WebhookRefusedError('malformed-header', `The header "${name}" must have exactly one value.`);
  if (value === undefined || value.trim() === '')
    throw new WebhookRefusedError('missing-header', `The request has no header "${name}".`);
  return value.trim();
}

function valuesOf(headers: WebhookHeaders, name: string): unknown[] {
  if (isFetchHeaders(headers)) return [headers.get(name)];
  return Object.entries(headers)
    .filter(([key]) => key.toLowerCase() === name.toLowerCase())
    .flatMap(([, value]) => value);
}

function isFetchHeaders(headers: WebhookHeaders): headers is { get(name: string): string | null } {
  return typeof headers.get === 'function';
}
