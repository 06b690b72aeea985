import { WebhookRefusedError } from './webhook-refused.error.js';

/** Headers as Node, Express, Fastify and Nest provide them, or an object with `get`, such as `Headers` of the Fetch API. */
export type WebhookHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | { get(name: string): string | null | undefined };

/** Returns the single value of a header; its name is case-insensitive. Throws `missing-header`, or `malformed-header` for several values. */
export function readHeader(headers: WebhookHeaders, name: string): string {
  const values = headerValues(headers, name).filter((value) => value !== undefined && value !== null);
  const [value] = values;
  if (values.length > 1 || (value !== undefined && typeof value !== 'string'))
    throw new WebhookRefusedError('malformed-header', `The header "${name}" must have exactly one value.`);
  if (value === undefined || value.trim() === '')
    throw new WebhookRefusedError('missing-header', `The request has no header "${name}".`);
  return value.trim();
}

function headerValues(headers: WebhookHeaders, name: string): unknown[] {
  if (isFetchHeaders(headers)) return [headers.get(name)];
  return Object.entries(headers)
    .filter(([key]) => key.toLowerCase() === name.toLowerCase())
    .flatMap(([, value]) => value);
}

function isFetchHeaders(headers: WebhookHeaders): headers is { get(name: string): string | null } {
  return typeof headers.get === 'function';
}
