import { badRequest } from '../../core/request-error.js';

/** A body's fields; none without a body. Throws a 400 for other JSON, such as an array, which has no field to change. */
export function bodyObject(body: unknown): Record<string, unknown> {
  if (body === undefined || body === null) return {};
  if (typeof body === 'object' && !Array.isArray(body)) return body as Record<string, unknown>;
  throw badRequest({ field: 'body', code: 'wrong_type', message: 'The body must be a JSON object.' });
}
