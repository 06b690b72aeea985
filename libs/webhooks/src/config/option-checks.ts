import { InvalidOptionError } from '../core/errors.js';

/** Throws {@link InvalidOptionError} unless `condition` holds. */
export function check(condition: boolean, option: string, value: unknown, fix: string): void {
  if (!condition) throw new InvalidOptionError(option, value, fix);
}

/** A whole number within bounds, or the default. */
export function integer(
  option: string,
  value: number | undefined,
  fallback: number,
  min: number,
  max: number,
): number {
  if (value === undefined) return fallback;
  const fine = Number.isInteger(value) && value >= min && value <= max;
  check(fine, option, value, `use a whole number from ${min} to ${max}`);
  return value;
}

/** A length of time in ms, `false` for never, or the default. */
export function duration(
  option: string,
  value: number | false | undefined,
  fallback: number,
  min: number,
): number | false {
  if (value === false) return false;
  if (value === undefined) return fallback;
  check(Number.isFinite(value) && value >= min, option, value, `use at least ${min} ms, or false`);
  return value;
}

/** `true` or `false` itself: the text "false" of an environment variable would pass for true. */
export function flag(option: string, value: boolean | undefined): boolean {
  check(value === undefined || typeof value === 'boolean', option, value, 'use true or false');
  return value ?? false;
}

export function strings(option: string, value: string[] | undefined): string[] {
  if (value === undefined) return [];
  const fine = Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '');
  check(fine, option, value, 'use a list of strings');
  return [...value];
}

/** One of `all`; the first is the default. */
export function oneOf<T extends string>(option: string, value: T | undefined, all: readonly [T, ...T[]]): T {
  if (value === undefined) return all[0];
  check(all.includes(value), option, value, `use ${all.map((item) => `"${item}"`).join(' or ')}`);
  return value;
}

/** An object, an empty one where there is none. */
export function record<T extends object>(option: string, value: T | undefined): Partial<T> {
  if (value === undefined) return {};
  check(typeof value === 'object' && value !== null, option, value, 'use an object');
  return value;
}
