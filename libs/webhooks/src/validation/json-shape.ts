import type { ErrorDetail } from '../core/request-error.js';

/** What a body may be made of; far above what any field needs. */
const LIMITS = { depth: 5, nodes: 1000, characters: 65_536 } as const;
/** Keys that reach prototypes, or class-transformer's and class-validator's own look-ups. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** A name from a stranger, short and printable enough for an error message. */
export function printableName(name: string): string {
  const short = name.length > 64 ? `${name.slice(0, 64)}…` : name;
  return short.replace(/[^\x20-\x7e…]/g, '\uFFFD');
}

/**
 * What makes a JSON value unfit before anybody looks at its fields: too deep, too many values, too long, keys that
 * reach prototypes, text that PostgreSQL cannot hold. `null`: nothing. Iterative, so depth cannot exhaust the stack.
 */
export function findShapeProblem(root: unknown): ErrorDetail | null {
  const open: { value: unknown; path: string; depth: number }[] = [{ value: root, path: '', depth: 0 }];
  let nodes = 0;
  let characters = 0;
  while (open.length > 0) {
    const { value, path, depth } = open.pop()!;
    const problem = (code: string, message: string): ErrorDetail => ({
      field: path || 'body',
      code,
      message: `${path || 'The body'} ${message}.`,
    });
    if (++nodes > LIMITS.nodes) return problem('too_large', `goes beyond ${LIMITS.nodes} values in one body`);
    if (typeof value === 'string') {
      characters += value.length;
      if (value.includes('\0')) return problem('invalid_text', 'must not hold a NUL character');
      if (!value.isWellFormed()) return problem('invalid_text', 'must not hold half of a surrogate pair');
    } else if (typeof value === 'object' && value !== null) {
      if (depth === LIMITS.depth) return problem('too_deep', `goes beyond ${LIMITS.depth} levels`);
      for (const key of Object.keys(value)) {
        characters += key.length;
        const name = Array.isArray(value)
          ? `${path || 'body'}[${key}]`
          : path
            ? `${path}.${printableName(key)}`
            : printableName(key);
        if (FORBIDDEN.has(key))
          return { field: name, code: 'unknown_field', message: `${name} is not a field.` };
        if (key.includes('\0') || !key.isWellFormed()) {
          return { field: name, code: 'invalid_text', message: `${name} is not a field.` };
        }
        open.push({ value: (value as Record<string, unknown>)[key], path: name, depth: depth + 1 });
      }
    }
    if (characters > LIMITS.characters)
      return problem('too_large', `goes beyond ${LIMITS.characters} characters in one body`);
  }
  return null;
}
