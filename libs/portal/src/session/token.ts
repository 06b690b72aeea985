/** Sessions of two mounts on one origin are different ones. */
const key = `webhooks-session ${location.pathname.replace(/\/$/, '')}`;

/** Moves a token from the URL (`#session=…`) to this tab's storage, so that it is in no history and no bookmark. */
export function takeToken(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get('session');
  if (!token) return;
  sessionStorage.setItem(key, token);
  history.replaceState(history.state, '', location.pathname + location.search);
}

/** The token of this tab; `null`: the host's own sign-in counts. */
export const readToken = (): string | null => sessionStorage.getItem(key);

export const forgetToken = (): void => sessionStorage.removeItem(key);
