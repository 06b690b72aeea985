import { Link } from '../../routing/link.tsx';
import type { Params } from '../../routing/route.ts';
import { t } from '../../strings/translate.ts';
import { STATE_GROUPS, type StateGroup } from './delivery-query.ts';

const VIEWS = ['all', ...(Object.keys(STATE_GROUPS) as StateGroup[])] as const;

/** Links that show the list by state. Each link can be opened in a new tab. */
export function StateViews({ params }: { params: Params }) {
  const current = params.state ?? 'all';
  return (
    <nav class="segments" aria-label={t('deliveries.views')}>
      {VIEWS.map((view) => (
        <Link
          key={view}
          to={{ ...params, state: view === 'all' ? undefined : view, cursor: undefined }}
          class="segment"
          aria-current={view === current ? 'page' : undefined}
        >
          {t(`deliveries.view.${view}`)}
        </Link>
      ))}
    </nav>
  );
}
