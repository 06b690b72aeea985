import { UsageError } from '../usage.error.js';

type Headers = Record<string, string | string[]>;

/** Reads a JSON object, or `name: value` lines up to the first empty line. Throws {@link UsageError}. */
export function parseHeaders(text: string): Headers {
  if (text.trimStart().startsWith('{')) return parseJson(text);
  const lines = text.trimStart().split(/\r?\n/);
  const end = lines.indexOf('');
  // `curl -i` and proxies print the request line or the status line first.
  const isStartLine = (line: string): boolean => /^(HTTP\/|[A-Z]+ \S+ HTTP\/)/.test(line);
  return headersOf(lines.slice(0, end === -1 ? undefined : end).filter((line) => !isStartLine(line)));
}

/** Reads lines of the form `name: value`. Throws {@link UsageError}. */
export function headersOf(lines: readonly string[]): Headers {
  const headers: Headers = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new UsageError(`A header must be "name: value", not "${line}".`);
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    const earlier = headers[name];
    headers[name] = earlier === undefined ? value : [earlier, value].flat();
  }
  return headers;
}

function parseJson(text: string): Headers {
  const isText = (value: unknown): boolean => typeof value === 'string';
  try {
    const { headers: inner, ...outer } = JSON.parse(text) as Record<string, unknown>;
    // The output of `sign --format json` has the headers in a field.
    const headers = (typeof inner === 'object' && inner !== null ? inner : outer) as Record<string, unknown>;
    if (Object.values(headers).every((value) => (Array.isArray(value) ? value.every(isText) : isText(value))))
      return headers as Headers;
  } catch {
    // The error below says what is expected.
  }
  throw new UsageError('--headers must be lines "name: value" or a JSON object of texts.');
}
