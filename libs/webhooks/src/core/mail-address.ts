const LOCAL_PART = /^[A-Za-z0-9#$&'*+/=^_{}~-]+(?:\.[A-Za-z0-9#$&'*+/=^_{}~-]+)*$/;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i;

/**
 * Returns true for exactly one plain address in ASCII, such as `ops@example.com`. Quoted addresses (`"a b"@example.com`) are
 * refused: they may contain line breaks and other addresses, which some mailers read as headers and recipients. Addresses
 * with `!`, `%`, `?`, `|` or a backquote are valid but refused too, because some mailers find routes, encoded words or
 * commands in them.
 */
export function isMailAddress(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 254) return false;
  const at = value.lastIndexOf('@');
  return at > 0 && at <= 64 && LOCAL_PART.test(value.slice(0, at)) && DOMAIN.test(value.slice(at + 1));
}
