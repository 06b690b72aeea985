import { useQuery } from '../../data/index.ts';
import { asApiError } from '../../api/api-error.ts';
import type { DeliveryDetail } from '../../api/types.ts';
import { Notice } from '../../design/notice.tsx';
import { LoadError, Loading } from '../../design/states.tsx';
import { DeliveryPill, Pill } from '../../design/status-pill.tsx';
import { absoluteTime } from '../../design/time.tsx';
import type { Params } from '../../routing/route.ts';
import { PageHeader } from '../../shell/page-header.tsx';
import { t } from '../../strings/translate.ts';
import type { ScreenProps } from '../screen.ts';
import { NotFound } from '../unknown-screen.tsx';
import { AttemptList } from './attempt-list.tsx';
import { DeliveryActions } from './delivery-actions.tsx';
import { DeliveryFacts } from './delivery-facts.tsx';
import { DeliveryOutlook } from './delivery-outlook.tsx';
import { deliveryQuery } from './delivery-queries.ts';
import './delivery.css';
import { RequestCard } from './request-card.tsx';
import { ResponseCard } from './response-card.tsx';

/** One delivery: what was sent, what came back, and what happens next. */
export function DeliveryScreen({ params }: ScreenProps) {
  const { data: delivery, error, refetch } = useQuery(deliveryQuery(params.delivery!));
  if (error && asApiError(error).status === 404) return <NotFound />;
  if (error && !delivery) return <LoadError error={error} retry={() => void refetch()} />;
  if (!delivery) return <Loading rows={8} />;
  return <DeliveryDetails key={delivery.id} delivery={delivery} params={params} />;
}

function DeliveryDetails({ delivery, params }: { delivery: DeliveryDetail; params: Params }) {
  const { event, erasedAt } = delivery;
  return (
    <>
      <PageHeader
        up={
          params.webhook
            ? { to: { webhook: params.webhook, tab: 'deliveries' }, label: t('delivery.upWebhook') }
            : { to: { screen: 'deliveries' }, label: t('delivery.up') }
        }
        title={<span class="mono-title">{delivery.wireType}</span>}
        aside={
          <>
            <DeliveryPill state={delivery.state} attemptCount={delivery.attemptCount} />
            {event.test && (
              <Pill tone="neutral" icon="send">
                {t('deliveries.test')}
              </Pill>
            )}
          </>
        }
        actions={<DeliveryActions delivery={delivery} />}
      />
      {erasedAt && <Notice tone="info" title={t('delivery.erased', { time: absoluteTime(erasedAt) })} />}
      <DeliveryOutlook delivery={delivery} />
      <DeliveryFacts delivery={delivery} />
      <Exchange delivery={delivery} params={params} />
    </>
  );
}

/** The attempts, and the request and response of one of them. */
function Exchange({ delivery, params }: { delivery: DeliveryDetail; params: Params }) {
  const { attempts } = delivery;
  const attempt = attempts.find(({ number }) => String(number) === params.attempt) ?? attempts.at(-1) ?? null;
  return (
    <div class={attempt ? 'exchange' : undefined}>
      {attempt && <AttemptList attempts={attempts} current={attempt} params={params} />}
      <div class="exchange-pair">
        <RequestCard delivery={delivery} attempt={attempt} />
        {attempt && <ResponseCard attempt={attempt} />}
      </div>
    </div>
  );
}
