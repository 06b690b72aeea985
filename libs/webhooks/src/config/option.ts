import { InvalidOptionError } from '../core/errors.js';
import { type Check, kindOf } from './checks.js';
import { closestName } from './closest-name.js';

interface Rule {
  check: Check<unknown>;
  isRequired: boolean;
}

const rulesByPrototype = new WeakMap<object, Map<string, Rule>>();

/**
 * Declares a property as an option. The property defines the option completely: the comment says what the option does,
 * the initializer is its default, and the check is its range.
 */
export function Option<T>(check: Check<T>, { isRequired = false } = {}) {
  return <Options extends object, Name extends keyof Options & string>(
    prototype: Options,
    name: [T] extends [Options[Name]] ? Name : never,
  ): void => {
    const rules = rulesByPrototype.get(prototype) ?? new Map<string, Rule>();
    rulesByPrototype.set(prototype, rules.set(name, { check, isRequired }));
  };
}

const rulesOf = (Options: new () => object): Map<string, Rule> => rulesByPrototype.get(Options.prototype)!;

/** The names of the options that a class declares. */
export const optionNames = (Options: new () => object): string[] => [...rulesOf(Options).keys()];

/** The names of the options of a class and of its groups: `worker`, `worker.slots`. */
export const optionPaths = (Options: new () => object, prefix = ''): string[] =>
  [...rulesOf(Options)].flatMap(([name, { check }]) => [
    prefix + name,
    ...(check.Group ? optionPaths(check.Group, `${prefix}${name}.`) : []),
  ]);

/**
 * Checks each option that a class declares, and fills in the defaults.
 *
 * @param prefix of the names in errors, such as `worker.`
 * @throws InvalidOptionError for the first value that is not allowed
 */
export function readOptions<T extends object>(Options: new () => T, given: T, prefix = ''): Required<T> {
  const options = new Options();
  for (const [name, { check, isRequired }] of rulesOf(Options)) {
    const value = given[name as keyof T];
    if (value !== undefined || isRequired)
      options[name as keyof T] = check(value, prefix + name) as T[keyof T];
  }
  return options as Required<T>;
}

/**
 * Throws {@link InvalidOptionError} if `given` has a name that is not an option. The error does not contain the value,
 * because the value may be a secret.
 *
 * @param alsoMeant names to suggest although they are not options here
 */
export function refuseUnknownOptions(
  Options: new () => object,
  given: object,
  prefix = '',
  alsoMeant: string[] = [],
): void {
  const unknown = Object.keys(given).find((name) => !rulesOf(Options).has(name));
  if (unknown === undefined) return;
  const closest = closestName(unknown, [...optionPaths(Options, prefix), ...alsoMeant], withoutGroup);
  const question = closest ? `. Did you mean "${closest}"?` : '';
  throw new InvalidOptionError(
    prefix + unknown,
    undefined,
    `Unknown option "${prefix}${unknown}"${question}`,
  );
}

const withoutGroup = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

/** A group of options. The error does not contain the value, because the value may contain a secret. */
export function group<T extends object>(Group: new () => T): Check<T> {
  const check = (value: unknown, option: string): T => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new InvalidOptionError(option, undefined, `${option} must be an object, not ${kindOf(value)}`);
    }
    refuseUnknownOptions(Group, value, `${option}.`);
    return readOptions(Group, value as T, `${option}.`);
  };
  return Object.assign(check, { Group });
}
