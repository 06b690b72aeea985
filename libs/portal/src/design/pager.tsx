import { t } from '../strings/translate.ts';
import { ButtonLink } from './button.tsx';
import type { Params } from '../routing/route.ts';

interface PagerProps {
  /** The screen's parameters. Each link sets its own `cursor`. */
  params: Params;
  /** Cursor of this page; `undefined`: this is the first page. */
  cursor: string | undefined;
  nextCursor: string | null;
}

/** Links to the first and the next page. There are no page numbers, because counting a million rows takes too long. */
export function Pager({ params, cursor, nextCursor }: PagerProps) {
  if (!cursor && !nextCursor) return null;
  return (
    <nav class="pager" aria-label={t('pager.label')}>
      {cursor && (
        <ButtonLink small icon="back" to={{ ...params, cursor: undefined }}>
          {t('pager.first')}
        </ButtonLink>
      )}
      {nextCursor && (
        <ButtonLink small to={{ ...params, cursor: nextCursor }}>
          {t('pager.next')}
        </ButtonLink>
      )}
    </nav>
  );
}
