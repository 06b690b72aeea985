import { requireEndpointUuid } from '../core/ids.js';
import { notFound } from '../core/request-error.js';
import type { EndpointRecord, EndpointScope, EndpointStore } from '../store/endpoint-store.js';

/** The endpoint behind `wh_…`. Throws a 404 if `scope` has no such endpoint. */
export async function requireEndpoint(
  store: EndpointStore,
  scope: EndpointScope,
  id: string,
): Promise<EndpointRecord> {
  const endpoint = await store.findEndpoint(scope, requireEndpointUuid(id));
  if (endpoint === null) throw notFound('endpoint');
  return endpoint;
}

/** Like {@link requireEndpoint}, but also locks the endpoint until `tx` ends. `now`: epoch ms on the database's clock. */
export async function lockEndpoint(
  tx: EndpointStore,
  scope: EndpointScope,
  id: string,
): Promise<{ endpoint: EndpointRecord; now: number }> {
  const now = await tx.lockEndpoint(scope, requireEndpointUuid(id));
  if (now === null) throw notFound('endpoint');
  return { endpoint: await requireEndpoint(tx, scope, id), now };
}
