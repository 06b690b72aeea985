import type { DeliveryDetail } from '../../api/types.ts';
import { Notice } from '../../design/notice.tsx';
import { Time } from '../../design/time.tsx';
import { explainAttempt } from '../../explain/cause.ts';
import { Link } from '../../routing/link.tsx';
import { Text } from '../../strings/text.tsx';
import { t } from '../../strings/translate.ts';

/** What went wrong, and what happens next. */
export function DeliveryOutlook({ delivery }: { delivery: DeliveryDetail }) {
  return (
    <>
      <Failure delivery={delivery} />
      <NextStep delivery={delivery} />
    </>
  );
}

function Failure({ delivery: { state, reason, lastAttempt } }: { delivery: DeliveryDetail }) {
  if (state === 'delivered') return null;
  const cause = lastAttempt && explainAttempt(lastAttempt);
  // A cancelled delivery needs no repair.
  const explained = reason === 'cancelled' ? null : cause;
  const ended = state === 'exhausted' || state === 'discarded';
  if (!explained && !reason) return null;
  const location = lastAttempt?.responseHeaders?.location;
  return (
    <Notice
      tone={state === 'exhausted' ? 'danger' : 'warning'}
      title={explained?.title ?? t(`reason.${reason!}`)}
    >
      {explained && (
        <p>
          {explained.fix}
          {explained.cause === 'redirect' && location && <> {t('cause.redirect.to', { url: location })}</>}
        </p>
      )}
      {explained && reason && <p>{t(`reason.${reason}`)}</p>}
      {ended && <p>{t('delivery.noMoreAttempts')}</p>}
    </Notice>
  );
}

function NextStep({ delivery }: { delivery: DeliveryDetail }) {
  const { state, waits, waitsUntil, waitsFor } = delivery;
  if (state === 'sending') return <Notice tone="info" title={t('delivery.underWay')} />;
  if (!waits) return null;
  return (
    <Notice
      tone="info"
      title={
        waitsUntil ? (
          <Text of="delivery.nextAttempt" with={{ when: <Time at={waitsUntil} /> }} />
        ) : (
          t('delivery.waits')
        )
      }
    >
      <p>
        {t(`wait.${waits}`)}
        {waitsUntil && (
          <span class="muted">
            {' '}
            <Time at={waitsUntil} show="full" />
          </span>
        )}
      </p>
      {waitsFor && (
        <Link to={{ webhook: delivery.endpointId ?? undefined, delivery: waitsFor }}>
          {t('delivery.showFirst')}
        </Link>
      )}
    </Notice>
  );
}
