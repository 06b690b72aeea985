import { useQuery } from '../../data/index.ts';
import { api } from '../../api/client.ts';
import { POLL_MS } from '../../api/poll.ts';
import { DeliveryPill } from '../../design/status-pill.tsx';
import { Time } from '../../design/time.tsx';
import { Link } from '../../routing/link.tsx';
import { t } from '../../strings/translate.ts';

/** The newest delivery of a webhook, with the state of the delivery. */
export function LastDelivery({ endpointId }: { endpointId: string }) {
  const { data } = useQuery({
    queryKey: ['last-delivery', endpointId],
    queryFn: ({ signal }) =>
      api.get('/webhooks/{id}/deliveries', { path: { id: endpointId }, query: { limit: 1 }, signal }),
    refetchInterval: 6 * POLL_MS,
  });
  const delivery = data?.data[0];
  if (!data) return <div class="skeleton" />;
  if (!delivery) return <span class="muted">{t('webhooks.never')}</span>;
  return (
    <div class="last-delivery">
      <Link to={{ webhook: endpointId, delivery: delivery.id }}>
        <Time at={delivery.lastAttempt?.startedAt ?? delivery.createdAt} />
      </Link>
      <DeliveryPill state={delivery.state} attemptCount={delivery.attemptCount} />
    </div>
  );
}
