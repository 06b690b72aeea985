import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ProfileRules, Scope, Session } from './session.ts';

export const SessionContext = createContext<Session | null>(null);

/** Returns the session. Below `<SessionGate>` there always is one. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession is used outside of SessionGate');
  return session;
}

/** Returns whether the session has this scope. The server checks scopes as well. */
export const useScope = (scope: Scope): boolean => useSession().scopes.includes(scope);

/** Returns the rules of a profile; `null` if the host no longer has it. */
export function useProfile(name: string): ProfileRules | null {
  return useSession().profiles.find((profile) => profile.name === name) ?? null;
}
