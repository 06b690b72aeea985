import { useSyncExternalStore } from 'preact/compat';

/** Where to sign in again, as far as it is known. */
export interface SessionEnd {
  /** `unauthenticated`: there was no session; `session_expired`: it is over. */
  code: string;
  signInUrl: string | null;
}

let ended: SessionEnd | null = null;
const listeners = new Set<() => void>();

/** Called for each 401: the page then shows nothing but the way to sign in again. */
export function endSession(end: SessionEnd): void {
  if (ended) return;
  ended = end;
  for (const listener of listeners) listener();
}

export const useSessionEnd = (): SessionEnd | null =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => ended,
  );
