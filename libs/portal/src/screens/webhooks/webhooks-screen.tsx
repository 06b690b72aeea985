import { keepPreviousData, useQuery } from '../../data/index.ts';
import { queries } from '../../api/queries.ts';
import type { EndpointState } from '../../api/types.ts';
import { Button, ButtonLink } from '../../design/button.tsx';
import { Pager } from '../../design/pager.tsx';
import { Empty, LoadError, Loading } from '../../design/states.tsx';
import { endpointStatus } from '../../design/status-pill.tsx';
import { navigate } from '../../routing/location.ts';
import { useScope } from '../../session/session-context.ts';
import { PageHeader } from '../../shell/page-header.tsx';
import { t } from '../../strings/translate.ts';
import type { ScreenProps } from '../screen.ts';
import { WebhookFilters } from './webhook-filters.tsx';
import { WebhookTable } from './webhook-table.tsx';

/** The most that the API returns at once. Most accounts have fewer webhooks. */
const PAGE_SIZE = 100;

/** `failing` exists only on this page: to the API such a webhook is active. */
const apiStateOf = (status: string | undefined): EndpointState | undefined =>
  status === 'failing' ? 'active' : (status as EndpointState | undefined);

export function WebhooksScreen({ params }: ScreenProps) {
  const { status, q, cursor } = params;
  const mayAdd = useScope('write');
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...queries.endpoints({ state: apiStateOf(status), cursor, limit: PAGE_SIZE }),
    placeholderData: keepPreviousData,
  });
  const words = q?.toLowerCase() ?? '';
  const shown = data?.data.filter(
    (endpoint) =>
      (!status || endpointStatus(endpoint) === status) &&
      `${endpoint.url} ${endpoint.description ?? ''} ${endpoint.id}`.toLowerCase().includes(words),
  );
  const isFiltered = Boolean(status || q);
  const isEmpty = data?.data.length === 0 && !isFiltered && !cursor;
  return (
    <>
      <PageHeader
        title={t('webhooks.title')}
        subtitle={t('webhooks.subtitle')}
        actions={
          mayAdd && (
            <ButtonLink kind="primary" icon="plus" to={{ screen: 'new' }}>
              {t('webhooks.add')}
            </ButtonLink>
          )
        }
      />
      {error && !data && <LoadError error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading rows={6} />}
      {isEmpty && (
        <div class="card">
          <Empty
            title={t('webhooks.emptyTitle')}
            action={
              mayAdd && (
                <ButtonLink icon="plus" to={{ screen: 'new' }}>
                  {t('webhooks.add')}
                </ButtonLink>
              )
            }
          >
            <p>{t('webhooks.emptyText')}</p>
            {!mayAdd && <p>{t('webhooks.readOnly')}</p>}
          </Empty>
        </div>
      )}
      {data && !isEmpty && <WebhookFilters status={status} words={q} />}
      {shown && !isEmpty && shown.length > 0 && <WebhookTable endpoints={shown} stale={isPlaceholderData} />}
      {shown?.length === 0 && !isEmpty && (
        <div class="card">
          <Empty
            title={t('webhooks.noMatch')}
            action={<Button onClick={() => navigate({})}>{t('webhooks.clear')}</Button>}
          >
            {t('webhooks.noMatchText')}
          </Empty>
        </div>
      )}
      <Pager params={{ status, q }} cursor={cursor} nextCursor={data?.nextCursor ?? null} />
    </>
  );
}
