import type { ComponentChildren } from 'preact';
import { asApiError } from '../api/api-error.ts';
import { t } from '../strings/translate.ts';
import { Button } from './button.tsx';
import { Notice } from './notice.tsx';

/** Says that there is nothing to show, and what to do about it. */
export function Empty({
  title,
  children,
  action,
  isScreen,
}: {
  title: string;
  /** There is no other content on the screen, so `title` is the heading of the page. */
  isScreen?: boolean;
  children?: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class="empty">
      {isScreen ? <h1 tabIndex={-1}>{title}</h1> : <h2>{title}</h2>}
      {children && <div class="empty-text">{children}</div>}
      {action && <div class="empty-action">{action}</div>}
    </div>
  );
}

/** Grey rows in place of content that is loading. */
export function Loading({ rows = 3 }: { rows?: number }) {
  return (
    <div class="loading" role="status" aria-label={t('state.loading')}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} class="skeleton" />
      ))}
    </div>
  );
}

/** Says that a read failed. Filters and typed text are kept. */
export function LoadError({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <Notice
      tone="danger"
      title={t('state.error')}
      action={
        <Button small icon="retry" onClick={retry}>
          {t('action.tryAgain')}
        </Button>
      }
    >
      {messageOf(error)}
    </Notice>
  );
}

/** The sentence for a call that failed. */
export function messageOf(error: unknown): string {
  const { code, message } = asApiError(error);
  if (code === 'network') return t('error.network');
  if (code === 'timeout') return t('error.timeout');
  if (code === 'unreadable') return t('error.unreadable');
  return message;
}

/** Says why an action failed. Renders nothing if there is no error. */
export function ActionError({ error }: { error: unknown }) {
  if (!error) return null;
  return <Notice tone="danger" title={messageOf(error)} live />;
}
