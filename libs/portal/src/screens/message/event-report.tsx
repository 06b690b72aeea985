import type { Delivery, EventReport as Report } from '../../api/types.ts';
import { Pill } from '../../design/status-pill.tsx';
import { Table, type Column } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import { NextAttempt } from '../../explain/next-attempt.tsx';
import { DeliveryStatus } from '../../explain/delivery-status.tsx';
import { Link } from '../../routing/link.tsx';
import { t } from '../../strings/translate.ts';

const columns = (): Column<Delivery>[] => [
  {
    header: t('deliveries.webhook'),
    primary: true,
    cell: ({ id, url, endpointId }) => (
      <Link
        to={{ delivery: id, webhook: endpointId ?? undefined }}
        class="mono small clamp"
        title={url ?? undefined}
      >
        {url ?? t('deliveries.callback')}
      </Link>
    ),
  },
  {
    header: t('deliveries.status'),
    bare: true,
    cell: DeliveryStatus,
  },
  { header: t('deliveries.next'), cell: (delivery) => <NextAttempt delivery={delivery} /> },
  {
    header: t('message.tried'),
    numeric: true,
    cell: ({ lastAttempt }) => lastAttempt && <Time at={lastAttempt.startedAt} />,
  },
];

/** One event, and its delivery to each webhook. */
export function EventReport({ report, subject }: { report: Report; subject: string }) {
  const { type, occurredAt, deliveries, skipped, test, relayed } = report;
  const title = `event-${report.id}`;
  return (
    <section class="stack stack-tight event-report" aria-labelledby={title}>
      <div class="row">
        <h2 id={title} class="mono event-title">
          {type}
        </h2>
        {test && (
          <Pill tone="neutral" icon="send">
            {t('deliveries.test')}
          </Pill>
        )}
        <span class="muted small">
          <Time at={occurredAt} show="clock" />
        </span>
      </div>
      {deliveries.length > 0 ? (
        <Table
          caption={t('message.deliveriesOf', { type })}
          columns={columns()}
          rows={deliveries}
          keyOf={({ id }) => id}
        />
      ) : (
        <p class="card card-body muted">{t(relayed ? 'message.nobody' : 'message.soon')}</p>
      )}
      {report.hasMoreDeliveries && (
        <Link to={{ screen: 'deliveries', q: subject }} class="small">
          {t('message.allDeliveries')}
        </Link>
      )}
      {skipped.length > 0 && <Skipped report={report} />}
    </section>
  );
}

/** Webhooks that did not get the event, and why. */
function Skipped({ report: { skipped, hasMoreSkipped } }: { report: Report }) {
  return (
    <details class="skipped">
      <summary>{t('message.skipped', { n: skipped.length })}</summary>
      <ul>
        {skipped.map(({ endpointId, url, reason }) => (
          <li key={endpointId}>
            {reason === 'deleted' ? (
              <span class="mono small">{url}</span>
            ) : (
              <Link to={{ webhook: endpointId }} class="mono small">
                {url}
              </Link>
            )}
            <span class="muted small">{t(`skipped.${reason ?? 'now'}`)}</span>
          </li>
        ))}
      </ul>
      {hasMoreSkipped && <p class="muted small">{t('message.moreSkipped')}</p>}
    </details>
  );
}
