import { navigate } from '../../routing/location.ts';
import type { Params } from '../../routing/route.ts';
import { t } from '../../strings/translate.ts';

/** On the first page only: later ones would slip away below the reader. */
export const isLive = ({ live, cursor }: Params): boolean => live !== 'off' && !cursor;

/** Follows new deliveries, or does not. */
export function LiveSwitch({ params }: { params: Params }) {
  const on = isLive(params);
  return (
    <button
      type="button"
      class="button button-small live"
      aria-pressed={on}
      title={t('deliveries.liveHint')}
      onClick={() =>
        navigate({ ...params, live: on ? 'off' : undefined, cursor: undefined }, { replace: true })
      }
    >
      <span class="live-dot" aria-hidden="true" />
      {t('deliveries.live')}
    </button>
  );
}
