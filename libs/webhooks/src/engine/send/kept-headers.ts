import type { HttpResponse } from '../../http/transport.js';

/** Maximum size (bytes of JSON) of the headers of one response. */
const MAX_BYTES = 2_048;
/** A longer value is cut, so that one header does not use up the space of all other headers. */
const MAX_VALUE_CHARACTERS = 512;
/** Headers whose values are credentials. */
const MASKED = ['set-cookie', 'set-cookie2', 'authorization', 'proxy-authorization'];
const MASK = '…';

/**
 * Returns what is stored of the headers of a failed response: in their order, as many as fit into 2 KB, with masked
 * credentials. `null`: there are none.
 */
export function keptHeaders(headers: HttpResponse['headers'] = {}): Record<string, string> | null {
  const kept: [string, string][] = [];
  let bytes = 2; // {}
  for (const [name, given] of Object.entries(headers)) {
    if (given === undefined) continue;
    const value = MASKED.includes(name) ? MASK : storable(Array.isArray(given) ? given.join(', ') : given);
    const size = Buffer.byteLength(JSON.stringify({ [name]: value })) - 1; // without two braces, with a comma
    if (bytes + size > MAX_BYTES) continue;
    bytes += size;
    kept.push([name, value]);
  }
  return kept.length === 0 ? null : Object.fromEntries(kept);
}

/** Cutting cannot split a surrogate pair, because headers arrive as Latin-1. */
function storable(value: string): string {
  const text = value.replaceAll('\0', '\uFFFD');
  return text.length > MAX_VALUE_CHARACTERS ? `${text.slice(0, MAX_VALUE_CHARACTERS)}${MASK}` : text;
}
