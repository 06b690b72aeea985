import { useQuery, type UseQueryOptions } from '../../data/index.ts';
import { Button } from '../../design/button.tsx';
import { Pager } from '../../design/pager.tsx';
import { Empty, LoadError, Loading } from '../../design/states.tsx';
import { EndpointPill } from '../../design/status-pill.tsx';
import { Table, type Column } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import { DeliveryStatus } from '../../explain/delivery-status.tsx';
import type { Params } from '../../routing/route.ts';
import { t } from '../../strings/translate.ts';
import {
  operatorQueries,
  type Failing,
  type TenantDelivery,
  type TenantEndpoint,
} from './operator-queries.ts';

export type View = 'failing' | 'endpoints' | 'deliveries';

export interface ListProps {
  params: Params;
  /** Asks for confirmation before a webhook is paused. */
  onPause: (endpointId: string) => void;
}

const what = <Row extends { tenantId: string; url: string | null }>(): Column<Row>[] => [
  {
    header: t('deliveries.webhook'),
    primary: true,
    cell: (row) => (
      <span class="mono small clamp" title={row.url ?? undefined}>
        {row.url}
      </span>
    ),
  },
  { header: t('operator.tenant'), cell: ({ tenantId }) => <span class="mono small">{tenantId}</span> },
];

/** The button that pauses the row's webhook. Rows of callbacks have no such button. */
const pauseColumn = <Row extends { url: string | null }>(
  onPause: ListProps['onPause'],
  endpointOf: (row: Row) => string | null,
): Column<Row> => ({
  header: t('replay.action'),
  bare: true,
  cell: (row) => {
    const id = endpointOf(row);
    return (
      id && (
        <Button
          small
          icon="pause"
          aria-label={t('operator.pauseNamed', { url: row.url ?? id })}
          onClick={() => onPause(id)}
        >
          {t('operator.pauseOne')}
        </Button>
      )
    );
  },
});

const failing = (onPause: ListProps['onPause']): Column<Failing>[] => [
  ...what<Failing>(),
  { header: t('operator.failures'), numeric: true, cell: ({ failures }) => failures },
  { header: t('operator.since'), cell: ({ failingSince }) => <Time at={failingSince} /> },
  pauseColumn(onPause, ({ endpointId }) => endpointId),
];

const endpoints = (onPause: ListProps['onPause']): Column<TenantEndpoint>[] => [
  ...what<TenantEndpoint>(),
  { header: t('deliveries.status'), bare: true, cell: (endpoint) => <EndpointPill endpoint={endpoint} /> },
  { header: t('deliveries.created'), cell: ({ createdAt }) => <Time at={createdAt} /> },
  pauseColumn(onPause, ({ id }) => id),
];

const deliveries = (): Column<TenantDelivery>[] => [
  ...what<TenantDelivery>(),
  { header: t('deliveries.event'), cell: ({ wireType }) => <span class="mono small">{wireType}</span> },
  {
    header: t('deliveries.status'),
    bare: true,
    cell: DeliveryStatus,
  },
  { header: t('deliveries.created'), cell: ({ createdAt }) => <Time at={createdAt} /> },
];

interface RowListProps<Row> {
  view: View;
  params: Params;
  query: UseQueryOptions<{ data: Row[]; nextCursor: string | null }>;
  columns: Column<Row>[];
  keyOf: (row: Row) => string;
}

function RowList<Row>({ view, params, query, columns, keyOf }: RowListProps<Row>) {
  const { data, error, refetch } = useQuery(query);
  if (error && !data) return <LoadError error={error} retry={() => void refetch()} />;
  if (!data) return <Loading rows={6} />;
  return (
    <>
      {data.data.length === 0 ? (
        <Empty title={t(`operator.none.${view}`)} />
      ) : (
        <Table caption={t(`operator.view.${view}`)} columns={columns} rows={data.data} keyOf={keyOf} />
      )}
      <Pager params={params} cursor={params.cursor} nextCursor={data.nextCursor} />
    </>
  );
}

/** One of the lists that cover all tenants. */
export function OperatorList({ view, params, onPause }: ListProps & { view: View }) {
  const list = { view, params };
  const { cursor } = params;
  if (view === 'failing')
    return (
      <RowList
        {...list}
        query={operatorQueries.failing(cursor)}
        columns={failing(onPause)}
        keyOf={({ tenantId, url }) => `${tenantId} ${url}`}
      />
    );
  const keyOf = ({ id }: { id: string }) => id;
  return view === 'endpoints' ? (
    <RowList {...list} query={operatorQueries.endpoints(cursor)} columns={endpoints(onPause)} keyOf={keyOf} />
  ) : (
    <RowList {...list} query={operatorQueries.deliveries(cursor)} columns={deliveries()} keyOf={keyOf} />
  );
}
