import { navigate } from '../../routing/location.ts';
import type { Params } from '../../routing/route.ts';
import { t } from '../../strings/translate.ts';

/** Only the first page is live: on later pages, new deliveries would push away the rows that the visitor is reading. */
export const isLive = ({ live, cursor }: Params): boolean => live !== 'off' && !cursor;

/** Turns the polling for new deliveries on and off. */
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
