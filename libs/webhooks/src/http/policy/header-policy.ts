/** Why a custom header is refused. */
export type HeaderRefusal = 'invalid_header' | 'header_reserved' | 'header_duplicate' | 'headers_too_large';

/** A custom header is refused. The error contains the header's name, never its value. */
export class HeaderRefusedError extends Error {
  override readonly name = 'HeaderRefusedError';
  constructor(
    /** `headers.<name>` of the refused header, or `headers`. */
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

// The HTTP client sets the headers about framing and connection. The profile sets those about content and identity. Clouds
// and proxies trust the rest. The three names at the end are properties of JavaScript objects.
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
 * Checks the custom headers of an endpoint and returns them with lower-case names. Limits: 20 headers, names of 64
 * characters, values of 4096 bytes of printable ASCII, 8192 bytes in total.
 * @param reserved more reserved names in lower case, such as those of a profile
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
  let totalBytes = 0;
  for (const [typedName, value] of entries) {
    const name = checkName(typedName, reserved);
    if (Object.hasOwn(checked, name)) refuse(name, 'header_duplicate', 'is given twice');
    checkValue(name, value);
    totalBytes += name.length + value.length;
    checked[name] = value;
  }
  if (totalBytes > MAX_TOTAL_BYTES) {
    throw new HeaderRefusedError(
      'headers',
      'headers_too_large',
      `Custom headers may have at most ${MAX_TOTAL_BYTES} bytes in total.`,
    );
  }
  return checked;
}

function checkName(typedName: string, reserved: readonly string[]): string {
  if (!NAME.test(typedName)) {
    throw new HeaderRefusedError(
      'headers',
      'invalid_header',
      'A header name has 1 to 64 letters, digits, dashes or other characters of HTTP tokens, and no spaces or colons.',
    );
  }
  const name = typedName.toLowerCase();
  const isReserved =
    RESERVED_NAMES.has(name) ||
    RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix)) ||
    name.endsWith('signature') ||
    reserved.includes(name);
  if (isReserved) refuse(name, 'header_reserved', 'is reserved and cannot be set');
  return name;
}

function checkValue(name: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') refuse(name, 'invalid_header', 'must have a string as its value');
  if (value.length > MAX_VALUE_BYTES) {
    refuse(name, 'headers_too_large', `may have a value of at most ${MAX_VALUE_BYTES} bytes`);
  }
  if (!VALUE.test(value)) refuse(name, 'invalid_header', 'must have a value of printable ASCII characters');
}

function refuse(name: string, code: HeaderRefusal, rule: string): never {
  throw new HeaderRefusedError(`headers.${name}`, code, `The header "${name}" ${rule}.`);
}
