import type { ErrorDetail } from '../core/request-error.js';

/** Far above what the fields of any body need. */
const MAX_DEPTH = 5;
const MAX_VALUES = 1_000;
const MAX_CHARACTERS = 65_536;
/** Keys that could change prototypes. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** class-validator treats names that every object has, such as `hasOwnProperty`, as known fields. */
const isNoField = (key: string, depth: number): boolean =>
  FORBIDDEN_KEYS.has(key) || (depth === 0 && Object.hasOwn(Object.prototype, key));

/** Returns an untrusted name, shortened and without unprintable characters, for an error message. */
export function printableName(name: string): string {
  const short = name.length > 64 ? `${name.slice(0, 64)}…` : name;
  return short.replace(/[^\x20-\x7e…]/g, '\uFFFD');
}

/**
 * Returns the first problem of a JSON value, or `null`. Problems are: too many levels, values or characters; keys that could
 * change prototypes; text that PostgreSQL cannot store. Which fields the body should have does not matter here. Iterative,
 * so that no depth exhausts the stack.
 */
export function findShapeProblem(root: unknown): ErrorDetail | null {
  const pending: { value: unknown; path: string; depth: number }[] = [{ value: root, path: '', depth: 0 }];
  let values = 0;
  let characters = 0;
  while (pending.length > 0) {
    const { value, path, depth } = pending.pop()!;
    const problem = (code: string, message: string): ErrorDetail => ({
      field: path || 'body',
      code,
      message: `${path || 'The body'} ${message}.`,
    });
    if (++values > MAX_VALUES) return problem('too_large', `must not have more than ${MAX_VALUES} values`);
    if (typeof value === 'string') {
      characters += value.length;
      if (value.includes('\0')) return problem('invalid_text', 'must not contain a NUL character');
      if (!value.isWellFormed()) return problem('invalid_text', 'must not contain half of a surrogate pair');
    } else if (typeof value === 'object' && value !== null) {
      if (depth === MAX_DEPTH) return problem('too_deep', `must not have more than ${MAX_DEPTH} levels`);
      for (const key of Object.keys(value)) {
        characters += key.length;
        const name = Array.isArray(value)
          ? `${path || 'body'}[${key}]`
          : path
            ? `${path}.${printableName(key)}`
            : printableName(key);
        if (isNoField(key, depth))
          return { field: name, code: 'unknown_field', message: `${name} is not a field.` };
        if (key.includes('\0') || !key.isWellFormed()) {
          return { field: name, code: 'invalid_text', message: `${name} is not a field.` };
        }
        pending.push({ value: (value as Record<string, unknown>)[key], path: name, depth: depth + 1 });
      }
    }
    if (characters > MAX_CHARACTERS)
      return problem('too_large', `must not have more than ${MAX_CHARACTERS} characters`);
  }
  return null;
}
