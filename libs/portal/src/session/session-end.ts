import type { Brand } from './session.ts';
import { useStore } from '../data/use-store.ts';

/** Why there is no session, and where to sign in. */
export interface SessionEnd {
  /** `unauthenticated`: there was no session. `session_expired`: the session has ended. */
  code: string;
  signInUrl: string | null;
  brand: Brand | null;
}

let ended: SessionEnd | null = null;
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** Called for each 401, and when the session expires. The page then shows only where to sign in. Later calls change nothing. */
export function endSession(end: SessionEnd): void {
  if (ended) return;
  ended = end;
  for (const listener of listeners) listener();
}

export const useSessionEnd = (): SessionEnd | null => useStore(subscribe, () => ended);
