import { useEffect, useErrorBoundary, useMemo, useRef } from 'preact/hooks';
import { Button } from '../design/button.tsx';
import { Notice } from '../design/notice.tsx';
import { useSearch } from '../routing/location.ts';
import { parseRoute } from '../routing/route.ts';
import { screens } from '../screens/index.ts';
import { useSession } from '../session/session-context.ts';
import { t } from '../strings/translate.ts';
import { focusHeading } from './heading-focus.ts';
import { Shell } from './shell.tsx';

/** The screen that the URL names, within the page's frame. */
export function CurrentScreen() {
  const { tenantId, scopes } = useSession();
  const search = useSearch();
  const operatorOnly = !tenantId && scopes.includes('operator');
  const route = useMemo(
    () => parseRoute(search, operatorOnly ? 'operator' : 'webhooks'),
    [search, operatorOnly],
  );
  const [crash] = useErrorBoundary((error) => console.error(error));
  const Screen = screens[route.screen];
  const isFirst = useRef(true);
  useEffect(() => {
    // After a page load, the focus stays at the top of the page.
    if (!isFirst.current) focusHeading();
    isFirst.current = false;
  }, [route.screen, route.params.webhook, route.params.delivery]);
  return (
    <Shell screen={route.screen}>
      {crash ? (
        <Notice
          tone="danger"
          title={t('page.crashed')}
          action={
            <Button small onClick={() => location.reload()}>
              {t('action.reload')}
            </Button>
          }
        />
      ) : (
        <Screen key={route.screen} params={route.params} />
      )}
    </Shell>
  );
}
