import { Button, ButtonLink } from '../../design/button.tsx';
import { Pager } from '../../design/pager.tsx';
import { Empty, LoadError, Loading } from '../../design/states.tsx';
import { navigate } from '../../routing/location.ts';
import { useScope } from '../../session/session-context.ts';
import { PageHeader } from '../../shell/page-header.tsx';
import { t } from '../../strings/translate.ts';
import type { ScreenProps } from '../screen.ts';
import { WebhookFilters } from './webhook-filters.tsx';
import { useWebhookList } from './use-webhook-list.ts';
import { WebhookTable } from './webhook-table.tsx';

export function WebhooksScreen({ params }: ScreenProps) {
  const { status, q, cursor } = params;
  const mayAdd = useScope('write');
  const { endpoints, nextCursor, isEmpty, error, refetch, isPlaceholderData } = useWebhookList(params);
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
      {error && !endpoints && <LoadError error={error} retry={() => void refetch()} />}
      {!endpoints && !error && <Loading rows={6} />}
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
      {isEmpty === false && <WebhookFilters status={status} words={q} />}
      {endpoints && endpoints.length > 0 && <WebhookTable endpoints={endpoints} stale={isPlaceholderData} />}
      {endpoints?.length === 0 && !isEmpty && (
        <div class="card">
          <Empty
            title={t('webhooks.noMatch')}
            action={<Button onClick={() => navigate({})}>{t('webhooks.clear')}</Button>}
          >
            {t('webhooks.noMatchText')}
          </Empty>
        </div>
      )}
      <Pager params={{ status, q }} cursor={cursor} nextCursor={nextCursor} />
    </>
  );
}
