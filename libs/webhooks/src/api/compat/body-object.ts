import { badRequest } from '../../core/request-error.js';

/** Returns the fields of a body, or none if there is no body. Throws a 400 for JSON that is not an object. */
export function bodyObject(body: unknown): Record<string, unknown> {
  if (body === undefined || body === null) return {};
  if (typeof body === 'object' && !Array.isArray(body)) return body as Record<string, unknown>;
  throw badRequest({ field: 'body', code: 'wrong_type', message: 'The body must be a JSON object.' });
}
