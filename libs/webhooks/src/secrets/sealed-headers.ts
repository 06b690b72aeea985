import { tryParseJson } from '../core/parse-json.js';
import { sealContext, type SecretBox, SecretUnreadableError } from './secret-box.js';

interface Owner {
  tenantId: string;
  id: string;
}

/** Returns custom headers as they are stored: sealed, because values may be credentials. `null` if there are none. */
export function sealHeaders(box: SecretBox, owner: Owner, headers: Record<string, string>): string | null {
  if (Object.keys(headers).length === 0) return null;
  return box.seal(JSON.stringify(headers), sealContext(owner.tenantId, owner.id));
}

/** Returns custom headers as they are sent, with lower-case names. Throws {@link SecretUnreadableError}. */
export function openHeaders(
  box: SecretBox,
  owner: Owner & { headers: string | null },
): Record<string, string> {
  if (owner.headers === null) return {};
  const context = sealContext(owner.tenantId, owner.id);
  return parseHeaders(box.open(owner.headers, context), context);
}

/**
 * Reads custom headers from the opened text. Throws {@link SecretUnreadableError} if the text holds no headers. The text may
 * be a secret that somebody copied to this column from another column of the same row: the box can open such a secret, but
 * the secret must not be sent as a header. Does not throw the JSON parser's error, because this error would quote the
 * beginning of the secret.
 */
export function parseHeaders(opened: string, context: string): Record<string, string> {
  const headers = tryParseJson(opened);
  if (isRecord(headers) && Object.values(headers).every((value) => typeof value === 'string'))
    return headers as Record<string, string>;
  throw new SecretUnreadableError(context, null, 'the headers column does not hold headers');
}

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns the names of custom headers, or `null` if they cannot be read: one damaged row must not make a list fail. */
export function headerNames(box: SecretBox, owner: Owner & { headers: string | null }): string[] | null {
  try {
    return Object.keys(openHeaders(box, owner));
  } catch (error) {
    if (error instanceof SecretUnreadableError) return null;
    throw error;
  }
}
