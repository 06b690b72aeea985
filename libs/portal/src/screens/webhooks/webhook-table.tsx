import { useQuery } from '../../data/index.ts';
import { queries } from '../../api/queries.ts';
import type { Endpoint } from '../../api/types.ts';
import { Table, type Column } from '../../design/table.tsx';
import { EndpointPill } from '../../design/status-pill.tsx';
import { absoluteTime, durationText, useNow } from '../../design/time.tsx';
import { Link } from '../../routing/link.tsx';
import { useSession } from '../../session/session-context.ts';
import { t } from '../../strings/translate.ts';
import { EventNames } from './event-names.tsx';
import { DayFigures } from './day-figures.tsx';
import { LastDelivery } from './last-delivery.tsx';

/** The rows of the list. The figures load separately, so that the list never waits for them. */
export function WebhookTable({ endpoints, stale }: { endpoints: readonly Endpoint[]; stale: boolean }) {
  const { profiles } = useSession();
  const figures = useQuery(queries.figures());
  const byId = new Map(figures.data?.data.map((each) => [each.endpointId, each]));
  const titles = new Map(profiles.map(({ name, title }) => [name, title]));
  const hasProfiles = new Set(endpoints.map(({ profile }) => profile)).size > 1;
  const hasNumbers = endpoints.some(({ phoneNumbers }) => phoneNumbers !== null);

  const columns: Column<Endpoint>[] = [
    {
      header: t('webhooks.url'),
      primary: true,
      cell: (endpoint) => (
        <div class="webhook-name">
          <Link to={{ webhook: endpoint.id }} class="mono webhook-url">
            {endpoint.url}
          </Link>
          <div class="muted small">
            {[endpoint.description, hasProfiles && (titles.get(endpoint.profile) ?? endpoint.profile)]
              .filter(Boolean)
              .join(' · ')}
          </div>
        </div>
      ),
    },
    {
      header: t('webhooks.status'),
      cell: (endpoint) => (
        <div class="webhook-status">
          <EndpointPill endpoint={endpoint} />
          {endpoint.state === 'active' && endpoint.failingSince && (
            <div class="muted small">
              <FailingFor since={endpoint.failingSince} />
            </div>
          )}
        </div>
      ),
    },
    { header: t('webhooks.events'), cell: (endpoint) => <EventNames names={endpoint.events} /> },
    ...(hasNumbers
      ? [
          {
            header: t('webhooks.scope'),
            cell: ({ phoneNumbers }: Endpoint) =>
              phoneNumbers === null ? (
                <span class="muted">{t('webhooks.allNumbers')}</span>
              ) : (
                <EventNames names={phoneNumbers} />
              ),
          },
        ]
      : []),
    {
      header: t('webhooks.day'),
      cell: ({ id }) => <DayFigures figures={byId.get(id)} loading={figures.isPending} />,
    },
    {
      header: t('webhooks.last'),
      cell: ({ id }) => <LastDelivery endpointId={id} />,
    },
  ];
  return (
    <Table
      caption={t('webhooks.caption')}
      columns={columns}
      rows={endpoints}
      keyOf={({ id }) => id}
      stale={stale}
      cardsBelow={1040}
    />
  );
}

function FailingFor({ since }: { since: string }) {
  const now = useNow();
  return (
    <time dateTime={since} title={absoluteTime(since)}>
      {t('webhooks.failingFor', { duration: durationText(Math.max(1000, now - Date.parse(since))) })}
    </time>
  );
}
