import { useQuery } from '../../data/index.ts';
import { queries } from '../../api/queries.ts';
import type { Endpoint } from '../../api/types.ts';
import { Dialog } from '../../design/dialog.tsx';
import { LoadError, Loading } from '../../design/states.tsx';
import { t } from '../../strings/translate.ts';
import { sendableTypes } from './sendable-types.ts';
import { TestForm } from './test-form.tsx';

export type TestedEndpoint = Pick<Endpoint, 'id' | 'url' | 'profile' | 'events'>;

/** Sends one event to a webhook now, with data that can be changed, and shows what came back. */
export function TestEventDialog({ endpoint, onClose }: { endpoint: TestedEndpoint; onClose: () => void }) {
  const { data, error, refetch } = useQuery(queries.eventTypes(endpoint.profile));
  return (
    <Dialog title={t('test.title')} wide onClose={onClose}>
      <p class="muted">{t('test.text', { url: endpoint.url })}</p>
      {error && <LoadError error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data && <TestForm endpointId={endpoint.id} types={sendableTypes(data.data, endpoint.events)} />}
    </Dialog>
  );
}
