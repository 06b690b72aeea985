import { CopyButton } from '../../design/copy-button.tsx';
import type { Attempt, DeliveryDetail } from '../../api/types.ts';
import { useSession } from '../../session/session-context.ts';
import { t } from '../../strings/translate.ts';
import { curlOf } from './curl.ts';
import { Body, Headers, Note } from './message-part.tsx';

/** The request of one attempt. Before the first attempt: the body that will be sent. */
export function RequestCard({ delivery, attempt }: { delivery: DeliveryDetail; attempt: Attempt | null }) {
  const { show } = useSession();
  const request = attempt?.request ?? null;
  return (
    <section class="card" aria-labelledby="request-title">
      <header class="card-header">
        <h2 id="request-title">{t('delivery.request')}</h2>
        {request && <CopyButton small value={curlOf(request, delivery.body)} what={t('delivery.asCurl')} />}
      </header>
      <div class="card-body stack">
        {request ? (
          <>
            <p class="mono request-line">
              <strong>{request.method}</strong> {request.url}
            </p>
            <Headers headers={request.headers} what={t('delivery.requestHeaders')} />
            <Note>{t('delivery.maskedHeaders')}</Note>
          </>
        ) : (
          <Note>{t(attempt ? 'delivery.noRequest' : 'delivery.notSent')}</Note>
        )}
        {delivery.body === null ? (
          <Note>{t('delivery.noBody')}</Note>
        ) : (
          <Body
            body={delivery.body}
            what={t('delivery.requestBody')}
            notes={!show.bodies && <Note>{t('delivery.maskedBody')}</Note>}
          />
        )}
      </div>
    </section>
  );
}
