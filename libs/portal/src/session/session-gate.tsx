import { useQuery } from '../data/index.ts';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { queries } from '../api/queries.ts';
import { LoadError, Loading } from '../design/states.tsx';
import { overrideStrings, t } from '../strings/translate.ts';
import { applyBrand } from './brand.ts';
import { endSession, useSessionEnd } from './session-end.ts';
import { SessionContext } from './session-context.ts';
import { SignedOut } from './signed-out.tsx';
import type { Session } from './session.ts';

/** Longest delay of a timer: browsers run a timer with a longer delay at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Shows its children while there is a session. Without a session, shows where to sign in. */
export function SessionGate({ children }: { children: ComponentChildren }) {
  const end = useSessionEnd();
  const { data: session, error, refetch } = useQuery({ ...queries.session(), enabled: !end });
  useExpiry(session);
  const brand = session?.brand ?? end?.brand;
  useEffect(() => applyBrand(brand, t('page.title')), [brand]);
  if (end) return <SignedOut end={end} session={session} />;
  if (error) {
    return (
      <main class="main">
        <LoadError error={error} retry={() => void refetch()} />
      </main>
    );
  }
  if (!session) {
    return (
      <main class="main">
        <Loading rows={6} />
      </main>
    );
  }
  overrideStrings(session.strings);
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}

/** Hides the page when the session ends, even if no call to the server fails. */
function useExpiry(session: Session | undefined): void {
  useEffect(() => {
    if (!session?.expiresAt) return;
    const left = Date.parse(session.expiresAt) - Date.now();
    const timer = setTimeout(
      () => endSession({ code: 'session_expired', signInUrl: null, brand: null }),
      Math.min(Math.max(left, 0), MAX_TIMER_MS),
    );
    return () => clearTimeout(timer);
  }, [session?.expiresAt]);
}
