import type { Attempt } from '../../api/types.ts';
import { durationText } from '../../design/time.tsx';
import { ResultChip } from '../../explain/result-chip.tsx';
import { useSession } from '../../session/session-context.ts';
import { t } from '../../strings/translate.ts';
import { Body, Headers, Note } from './message-part.tsx';

/** Bytes of a response's body that the log keeps. */
const KEPT_BYTES = { below300: 1024, others: 4096 };
/**
 * The log drops the last character if it does not fit completely, so a cut body can be up to three bytes shorter than
 * the limit.
 */
const LONGEST_CHARACTER_BYTES = 4;

function isCut(response: string, status: number | null): boolean {
  const kept = (status ?? 0) < 300 ? KEPT_BYTES.below300 : KEPT_BYTES.others;
  return new TextEncoder().encode(response).length > kept - LONGEST_CHARACTER_BYTES;
}

export function ResponseCard({ attempt }: { attempt: Attempt }) {
  return (
    <section class="card" aria-labelledby="response-title">
      <header class="card-header">
        <h2 id="response-title">{t('delivery.response')}</h2>
        <span class="row">
          <ResultChip attempt={attempt} />
          {attempt.durationMs !== null && <span class="muted small">{durationText(attempt.durationMs)}</span>}
        </span>
      </header>
      <div class="card-body stack">
        {attempt.status === null ? <Note>{t('delivery.noResponse')}</Note> : <Answer attempt={attempt} />}
      </div>
    </section>
  );
}

function Answer({ attempt: { status, error, response, responseHeaders } }: { attempt: Attempt }) {
  const { show } = useSession();
  return (
    <>
      {responseHeaders && <Headers headers={responseHeaders} what={t('delivery.responseHeaders')} />}
      {!responseHeaders && error === null && <Note>{t('delivery.noHeaders')}</Note>}
      {response ? (
        <Body
          body={response}
          what={t('delivery.responseBody')}
          notes={
            <>
              {isCut(response, status) && <Note>{t('delivery.cut')}</Note>}
              {!show.bodies && <Note>{t('delivery.maskedBody')}</Note>}
            </>
          }
        />
      ) : (
        <Note>{t(response === '' ? 'delivery.emptyBody' : 'delivery.nothingKept')}</Note>
      )}
    </>
  );
}
