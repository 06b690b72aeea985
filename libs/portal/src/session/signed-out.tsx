import { t } from '../strings/translate.ts';
import { Icon } from '../design/icon.tsx';
import type { Session } from './session.ts';
import type { SessionEnd } from './session-end.ts';

/**
 * Returns only http(s) URLs and paths of this origin. The URL comes from the host's options, but a link must never run
 * code.
 */
function safeUrl(url: string | null | undefined): string | null {
  if (!url) return null;
  try {
    const { protocol, href } = new URL(url, location.href);
    return /^https?:$/.test(protocol) ? href : null;
  } catch {
    return null; // not a URL
  }
}

/** Replaces the whole page when there is no session. */
export function SignedOut({ end, session }: { end: SessionEnd; session: Session | undefined }) {
  const expired = end.code === 'session_expired' || session !== undefined;
  const url = safeUrl(end.signInUrl ?? session?.returnUrl ?? session?.loginUrl)?.replaceAll(
    // In the host's login URL, `{url}` stands for the page to return to.
    /\{url\}|%7Burl%7D/gi,
    encodeURIComponent(location.href),
  );
  return (
    <main class="signed-out">
      <div class="card signed-out-card">
        <span class="signed-out-icon">
          <Icon name="key" />
        </span>
        <h1>{t(expired ? 'session.expired' : 'session.none')}</h1>
        <p class="muted">{t(expired ? 'session.expiredText' : 'session.noneText')}</p>
        {url && (
          <a class="button button-primary" href={url}>
            {t(expired ? 'session.signInAgain' : 'session.signIn')}
          </a>
        )}
      </div>
    </main>
  );
}
