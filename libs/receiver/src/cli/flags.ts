import { parseArgs } from 'node:util';
import { nearest } from './nearest.js';
import { UsageError } from './usage.error.js';

export interface FlagSpec {
  /** Placeholder of the value in the help, such as `PORT`. Missing if the option takes no value. */
  value?: string;
  short?: string;
  /** May be given several times. */
  isRepeatable?: boolean;
  help: string;
}

export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

/** The parsed command line of a command. */
export class Flags {
  constructor(
    private readonly values: ReadonlyMap<string, readonly string[]>,
    readonly positionals: readonly string[],
  ) {}

  has(name: string): boolean {
    return this.values.has(name);
  }

  text(name: string): string | undefined {
    return this.values.get(name)?.[0];
  }

  texts(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }

  /** A whole number, or `fallback` if the option is not given. Throws {@link UsageError}. */
  integer(name: string, fallback: number, { min, max }: { min: number; max: number }): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < min || number > max)
      throw new UsageError(`--${name} must be a whole number from ${min} to ${max}, not "${text}".`);
    return number;
  }
}

/**
 * Throws {@link UsageError} for unknown options, missing or unexpected values, and a second use of an option that is not
 * repeatable.
 */
export function parseFlags(args: readonly string[], specs: FlagSpecs): Flags {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { value, short }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short && { short }) },
    ]),
  );
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name]! : null;
    if (spec === null) throw unknownOption(token.rawName, specs);
    if (spec.value === undefined && token.inlineValue)
      throw new UsageError(`${token.rawName} takes no value: remove "=${token.value}".`);
    if (spec.value !== undefined && !hasValue(token))
      throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${spec.value}.`);
    const earlier = values.get(token.name) ?? [];
    if (earlier.length > 0 && !spec.isRepeatable)
      throw new UsageError(`${token.rawName} is given twice. Give it once.`);
    values.set(token.name, [...earlier, token.value ?? '']);
  }
  return new Flags(values, positionals);
}

/** In `--port --json`, `--port` has no value: `--json` is the next option. */
function hasValue({ value, inlineValue }: { value?: string; inlineValue?: boolean }): boolean {
  return value !== undefined && (inlineValue === true || !value.startsWith('--'));
}

function unknownOption(rawName: string, specs: FlagSpecs): UsageError {
  const guess = nearest(rawName.replace(/^-+/, ''), Object.keys(specs));
  return new UsageError(`There is no option ${rawName}.${guess === null ? '' : ` Did you mean --${guess}?`}`);
}
