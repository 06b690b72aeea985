/** Why a custom header is refused. */
export type HeaderRefusal = 'invalid_header' | 'header_reserved' | 'header_duplicate' | 'headers_too_large';

/** A custom header that may not be used. Carries the header's name, never its value. */
export class HeaderRefusedError extends Error {
  override readonly name = 'HeaderRefusedError';
  constructor(
    /** `headers`, or `headers.<name>` where one header is to blame. */
    readonly field: string,
    readonly code: HeaderRefusal,
    message: string,
  ) {
    super(message);
  }
}

const MAX_HEADERS = 20;
const MAX_VALUE_BYTES = 4096;
const MAX_TOTAL_BYTES = 8192;

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
const VALUE = /^[\t\x20-\x7e]*$/;

// Framing and connection belong to the HTTP client, content and identity to the profile, the rest to clouds and proxies
// that trust what they read there. Three names are properties of every JavaScript object.
const RESERVED_NAMES = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'content-type',
  'content-encoding',
  'user-agent',
  'accept-encoding',
  'cookie',
  'forwarded',
  'via',
  'x-event-type',
  'x-real-ip',
  '__proto__',
  'constructor',
  'prototype',
]);
const RESERVED_PREFIXES = [
  'webhook-',
  'svix-',
  'ce-',
  'proxy-',
  'x-amz-',
  'x-aws-',
  'x-goog',
  'x-azure-',
  'x-ms-',
  'metadata',
  'x-forwarded-',
];

/**
 * Checks the headers that a customer wants on each request and answers them with lower-case names.
 * At most 20, each value at most 4096 bytes of printable ASCII, 8192 bytes together; names of at most 64 characters.
 * @param reserved further lower-case names that are taken, such as a profile's own
 * @throws HeaderRefusedError
 */
export function checkHeaders(
  headers: Record<string, string>,
  reserved: readonly string[] = [],
): Record<string, string> {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    throw new HeaderRefusedError(
      'headers',
      'invalid_header',
      'headers must be an object of names and values.',
    );
  }
  const entries = Object.entries(headers);
  if (entries.length > MAX_HEADERS) {
    throw new HeaderRefusedError(
      'headers',
      'headers_too_large',
      `At most ${MAX_HEADERS} custom headers are allowed.`,
    );
  }
  const checked: Record<string, string> = {};
  let total = 0;
  for (const [typed, value] of entries) {
    const name = checkName(typed, reserved);
    if (Object.hasOwn(checked, name)) refuse(name, 'header_duplicate', 'is given twice');
    checkValue(name, value);
    total += name.length + value.length;
    checked[name] = value;
  }
  if (total > MAX_TOTAL_BYTES) {
    throw new HeaderRefusedError(
      'headers',
      'headers_too_large',
      `Custom headers may have ${MAX_TOTAL_BYTES} bytes together.`,
    );
  }
  return checked;
}

function checkName(typed: string, reserved: readonly string[]): string {
  if (!NAME.test(typed)) {
    throw new HeaderRefusedError(
      'headers',
      'invalid_header',
      'A header name has 1 to 64 letters, digits or dashes and no spaces or colons.',
    );
  }
  const name = typed.toLowerCase();
  const taken =
    RESERVED_NAMES.has(name) ||
    RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix)) ||
    name.endsWith('signature') ||
    reserved.includes(name);
  if (taken) refuse(name, 'header_reserved', 'is set by the sender and cannot be chosen');
  return name;
}

function checkValue(name: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') refuse(name, 'invalid_header', 'must have a string as its value');
  if (value.length > MAX_VALUE_BYTES) {
    refuse(name, 'headers_too_large', `may have a value of at most ${MAX_VALUE_BYTES} bytes`);
  }
  if (!VALUE.test(value)) refuse(name, 'invalid_header', 'must have a value of printable ASCII characters');
}

function refuse(name: string, code: HeaderRefusal, what: string): never {
  throw new HeaderRefusedError(`headers.${name}`, code, `The header "${name}" ${what}.`);
}
