/** Storage key of the token. It contains the path, so that two mounts on one origin have separate sessions. */
const key = `webhooks-session ${location.pathname.replace(/\/$/, '')}`;

/** Moves a token from the URL (`#session=…`) to this tab's storage, so that no history entry or bookmark contains it. */
export function takeToken(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get('session');
  if (!token) return;
  sessionStorage.setItem(key, token);
  history.replaceState(history.state, '', location.pathname + location.search);
}

/** The token of this tab; `null`: the host's own sign-in is used. */
export const readToken = (): string | null => sessionStorage.getItem(key);

export const forgetToken = (): void => sessionStorage.removeItem(key);
