import type { Delivery } from '../../api/types.ts';
import { Time } from '../../design/time.tsx';
import { ResultChip } from '../../explain/result-chip.tsx';
import { Link } from '../../routing/link.tsx';
import { t } from '../../strings/translate.ts';

const SHOWN = 5;

/** The newest deliveries whose last attempt failed. */
export function LatestFailures({
  deliveries,
  webhook,
}: {
  deliveries: readonly Delivery[];
  webhook: string;
}) {
  const failed = deliveries.filter(({ lastAttempt }) => lastAttempt?.error).slice(0, SHOWN);
  return (
    <section class="card" aria-labelledby="failures-title">
      <header class="card-header">
        <h2 id="failures-title">{t('overview.failures')}</h2>
        {failed.length > 0 && (
          <Link to={{ webhook, tab: 'deliveries', state: 'failed' }} class="small">
            {t('overview.allFailed')}
          </Link>
        )}
      </header>
      {failed.length === 0 ? (
        <p class="card-body muted">{t('overview.noFailures')}</p>
      ) : (
        <ul class="failures">
          {failed.map((delivery) => (
            <li key={delivery.id}>
              <ResultChip attempt={delivery.lastAttempt!} />
              <span class="failure-name">
                <Link to={{ webhook, delivery: delivery.id }} class="mono">
                  {delivery.wireType}
                </Link>
                <span class="muted small mono">{delivery.event.subject}</span>
              </span>
              <span class="muted small">
                <Time at={delivery.lastAttempt!.startedAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
