import { useQuery } from '../../data/index.ts';
import { Button, ButtonLink } from '../../design/button.tsx';
import { Notice } from '../../design/notice.tsx';
import { Pager } from '../../design/pager.tsx';
import { Empty, LoadError, Loading } from '../../design/states.tsx';
import { durationText } from '../../design/time.tsx';
import { navigate } from '../../routing/location.ts';
import type { Params } from '../../routing/route.ts';
import { useSession } from '../../session/session-context.ts';
import { t } from '../../strings/translate.ts';
import { deliveryPage } from './deliveries-queries.ts';
import './deliveries.css';
import { DeliveryFilters } from './delivery-filters.tsx';
import { isFiltered, withoutFilters } from './delivery-query.ts';
import { DeliveryTable } from './delivery-table.tsx';
import { isLive } from './live-switch.tsx';

/** Deliveries of one webhook (`params.webhook`) or of all webhooks, with filters. */
export function DeliveryList({ params }: { params: Params }) {
  return (
    <>
      <DeliveryFilters params={params} />
      <DeliveryRows params={params} />
      <Retention />
    </>
  );
}

function DeliveryRows({ params }: { params: Params }) {
  const { data, error, isPlaceholderData, refetch } = useQuery(deliveryPage(params, isLive(params)));
  if (error && !data) return <LoadError error={error} retry={() => void refetch()} />;
  if (!data) return <Loading rows={8} />;
  const hasRows = data.data.length > 0;
  return (
    <>
      {error && <LoadError error={error} retry={() => void refetch()} />}
      {hasRows && <DeliveryTable deliveries={data.data} webhook={params.webhook} stale={isPlaceholderData} />}
      {!hasRows && data.nextCursor && <Notice tone="info" title={t('deliveries.morePages')} />}
      {!hasRows && !data.nextCursor && <NoDeliveries params={params} />}
      <Pager params={params} cursor={params.cursor} nextCursor={data.nextCursor} />
    </>
  );
}

function NoDeliveries({ params }: { params: Params }) {
  if (!isFiltered(params)) {
    return (
      <Empty
        title={t('deliveries.none')}
        action={!params.webhook && <ButtonLink to={{}}>{t('state.toWebhooks')}</ButtonLink>}
      >
        {t('deliveries.noneText')}
      </Empty>
    );
  }
  return (
    <Empty
      title={t('deliveries.noMatch')}
      action={
        <Button onClick={() => navigate(withoutFilters(params), { replace: true })}>
          {t('deliveries.clear')}
        </Button>
      }
    >
      {t('deliveries.noMatchText')}
    </Empty>
  );
}

/** Says how long the log keeps deliveries. */
function Retention() {
  const keepMs = useSession().retention?.keepMs;
  if (typeof keepMs !== 'number') return null;
  return <p class="muted small">{t('deliveries.retention', { time: durationText(keepMs) })}</p>;
}
