import { InvalidOptionError } from '../../core/errors.js';

const KINDS: Record<string, { is: (value: unknown) => boolean; what: string; isRequired?: boolean }> = {
  column: { is: isName, what: "the name of a property, such as 'status'", isRequired: true },
  tenant: {
    is: (value) => isName(value) || typeof value === 'function',
    what: "the name of a property, such as 'accountId', or a function of the row",
    isRequired: true,
  },
  map: {
    is: (value) => typeof value === 'function',
    what: 'a function that returns an event or null',
    isRequired: true,
  },
  insert: { is: isFlag, what: 'true or false' },
  delete: { is: isFlag, what: 'true or false' },
};

/** Throws {@link InvalidOptionError} for what TypeScript would not accept. */
export function checkCaptureOptions(entity: unknown, options: object): void {
  const fail = (option: string, problem: string): never => {
    throw new InvalidOptionError(`capture.${option}`, undefined, `capture(): ${problem}`);
  };
  if (!entity) fail('entity', 'the entity is undefined. Do two files import each other?');
  if (typeof options !== 'object' || options === null)
    fail('options', 'the second argument must be an object');
  for (const [name, value] of Object.entries(options)) {
    const kind = KINDS[name];
    if (!kind)
      return fail(name, `unknown option "${name}". The options are ${Object.keys(KINDS).join(', ')}`);
    if (value !== undefined && !kind.is(value)) fail(name, `${name} must be ${kind.what}`);
  }
  for (const [name, { isRequired, what }] of Object.entries(KINDS)) {
    if (isRequired && (options as Record<string, unknown>)[name] === undefined)
      fail(name, `${name} is missing: ${what}`);
  }
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isFlag(value: unknown): boolean {
  return typeof value === 'boolean';
}
