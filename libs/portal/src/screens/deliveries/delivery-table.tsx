import type { Delivery } from '../../api/types.ts';
import { DeliveryPill, Pill } from '../../design/status-pill.tsx';
import { Table, type Column } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import { NextAttempt } from '../../explain/next-attempt.tsx';
import { ResultChip } from '../../explain/result-chip.tsx';
import { Link } from '../../routing/link.tsx';
import { t } from '../../strings/translate.ts';
import './delivery-table.css';

/** The cell that links to the delivery: the event's name and its subject. */
function EventCell({ delivery, webhook }: { delivery: Delivery; webhook?: string }) {
  const { event, wireType } = delivery;
  return (
    <span class="delivery-event">
      <span class="row">
        <Link to={{ webhook, delivery: delivery.id }} class="mono delivery-name">
          {wireType}
        </Link>
        {event.test && (
          <Pill tone="neutral" icon="send">
            {t('deliveries.test')}
          </Pill>
        )}
      </span>
      <span class="muted small mono">{event.subject ?? delivery.id}</span>
    </span>
  );
}

/** The state, with the result of the last attempt. */
function StatusCell({ delivery: { state, lastAttempt, attemptCount } }: { delivery: Delivery }) {
  return (
    <span class="row delivery-status">
      <DeliveryPill state={state} attemptCount={attemptCount} />
      {lastAttempt && <ResultChip attempt={lastAttempt} />}
      {attemptCount > 1 && (
        <span class="muted small attempt-count">{t('deliveries.attemptCount', { n: attemptCount })}</span>
      )}
    </span>
  );
}

function WebhookCell({ delivery: { endpointId, url } }: { delivery: Delivery }) {
  if (!endpointId) return <span>{t('deliveries.callback')}</span>;
  return (
    <Link to={{ webhook: endpointId }} class="mono small clamp" title={url ?? undefined}>
      {url?.replace(/^https:\/\//, '') ?? endpointId}
    </Link>
  );
}

function columnsOf(webhook: string | undefined): Column<Delivery>[] {
  return [
    {
      header: t('deliveries.event'),
      primary: true,
      cell: (delivery) => <EventCell delivery={delivery} webhook={webhook} />,
    },
    { header: t('deliveries.status'), bare: true, cell: (delivery) => <StatusCell delivery={delivery} /> },
    { header: t('deliveries.next'), cell: (delivery) => <NextAttempt delivery={delivery} /> },
    ...(webhook
      ? []
      : [
          {
            header: t('deliveries.webhook'),
            bare: true,
            cell: (delivery: Delivery) => <WebhookCell delivery={delivery} />,
          },
        ]),
    {
      header: t('deliveries.created'),
      numeric: true,
      bare: true,
      cell: ({ createdAt }) => <Time at={createdAt} show="clock" />,
    },
  ];
}

interface DeliveryTableProps {
  deliveries: readonly Delivery[];
  /** Id of the webhook, if all deliveries belong to one: the table then has no column for the webhook. */
  webhook?: string;
  caption?: string;
  stale?: boolean;
}

export function DeliveryTable({ deliveries, webhook, caption, stale }: DeliveryTableProps) {
  return (
    <div class="delivery-table">
      <Table
        caption={caption ?? t('deliveries.caption')}
        columns={columnsOf(webhook)}
        rows={deliveries}
        keyOf={({ id }) => id}
        stale={stale}
        cardsBelow={webhook ? 760 : 880}
      />
    </div>
  );
}
