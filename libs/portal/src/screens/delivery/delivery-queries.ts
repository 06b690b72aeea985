import { queryOptions } from '../../data/index.ts';
import { api } from '../../api/client.ts';
import { POLL_MS } from '../../api/poll.ts';
import type { DeliveryDetail } from '../../api/types.ts';

const SOON_MS = 1000;

/**
 * Returns the polling interval (ms). A delivery that is being sent changes soon. A finished delivery does not change by
 * itself.
 */
function pollOf(delivery: DeliveryDetail | undefined): number | false {
  if (!delivery) return false;
  if (delivery.state === 'sending' || delivery.waits === 'queue') return SOON_MS;
  return delivery.state === 'pending' ? POLL_MS : false;
}

/** One delivery with its attempts. Key: `delivery` and its id. */
export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: ['delivery', id],
    queryFn: ({ signal }) => api.get('/webhooks/deliveries/{id}', { path: { id }, signal }),
    refetchInterval: pollOf,
  });
