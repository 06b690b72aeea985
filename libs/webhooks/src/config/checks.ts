import { InvalidOptionError } from '../core/errors.js';

/** Returns the value, or throws {@link InvalidOptionError}, which names `option`. */
export interface Check<T> {
  (value: unknown, option: string): T;
  /** If the value is a group of options: the class that declares these options. */
  Group?: new () => object;
}

/** "`option` must be `requirement`, not …" */
export function mustBe(
  option: string,
  value: unknown,
  requirement: string,
  options?: ErrorOptions,
): InvalidOptionError {
  return new InvalidOptionError(
    option,
    value,
    `${option} must be ${requirement}, not ${shown(value)}`,
    options,
  );
}

/** Like {@link mustBe}, but without the value, because it may be a key or a password. */
export function mustBeHidden(option: string, requirement: string): InvalidOptionError {
  return new InvalidOptionError(option, undefined, `${option} must be ${requirement}`);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80));
  if (typeof value === 'function' && value.name) return `the function ${value.name}`;
  return value === undefined || isPrimitive(value) ? String(value) : kindOf(value);
}

/** What a value is, without showing it. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

const isPrimitive = (value: unknown): boolean => typeof value !== 'object' && typeof value !== 'function';

/** Accepts any value that passes the test. Without a type argument, the check suits an option of any type. */
export const value =
  <T = never>(test: (value: unknown) => boolean, requirement: string): Check<T> =>
  (given, option) => {
    if (!test(given)) throw mustBe(option, given, requirement);
    return given as T;
  };

/** Like {@link value}, but the error does not show the value, because it may be a key. */
export const hidden =
  <T = never>(test: (value: unknown) => boolean, requirement: string): Check<T> =>
  (given, option) => {
    if (!test(given)) throw mustBeHidden(option, requirement);
    return given as T;
  };

export const isText = (given: unknown): given is string => typeof given === 'string' && given !== '';

/** Accepts only booleans, because the string "false" of an environment variable would count as true. */
export const flag = value<boolean>((given) => typeof given === 'boolean', 'true or false');

export const wholeNumber = (min: number, max: number): Check<number> =>
  value(
    (given) => Number.isInteger(given) && (given as number) >= min && (given as number) <= max,
    `a whole number from ${min} to ${max}`,
  );

export const numberBetween = (min: number, max: number): Check<number> =>
  value(
    (given) => typeof given === 'number' && given >= min && given <= max,
    max === Infinity ? `a number of at least ${min}` : `a number from ${min} to ${max}`,
  );

/** A time in milliseconds, or `false` for never. */
export const timeOrNever = (minMs: number): Check<number | false> =>
  value(
    (given) => given === false || (Number.isFinite(given) && (given as number) >= minMs),
    `a time of at least ${minMs} ms, or false`,
  );

export const oneOf = <T extends string>(...all: readonly T[]): Check<T> =>
  value((given) => all.includes(given as T), all.map((each) => `"${each}"`).join(' or '));

export const stringList = value<string[]>(
  (given) => Array.isArray(given) && given.every(isText),
  'a list of non-empty strings',
);

/** An array; each member is checked by itself, so that the error says which member is wrong: `eventTypes[1]`. */
export const listOf =
  <T>(requirement: string, member: Check<T>): Check<T[]> =>
  (given, option) => {
    if (!Array.isArray(given)) throw mustBe(option, given, requirement);
    return given.map((each, index) => member(each, `${option}[${index}]`));
  };

/** A function. TypeScript checks its parameters. */
export const callable = (requirement = 'a function'): Check<never> =>
  value((given) => typeof given === 'function', requirement);
