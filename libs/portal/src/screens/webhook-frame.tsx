import { useQuery } from '../data/index.ts';
import type { ComponentChildren } from 'preact';
import { asApiError } from '../api/api-error.ts';
import { queries } from '../api/queries.ts';
import type { Endpoint } from '../api/types.ts';
import { CopyButton } from '../design/copy-button.tsx';
import { LoadError, Loading } from '../design/states.tsx';
import { EndpointPill } from '../design/status-pill.tsx';
import { Tabs } from '../design/tabs.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { t } from '../strings/translate.ts';
import { NotFound } from './unknown-screen.tsx';

interface WebhookFrameProps {
  /** `wh_…`, from the URL */
  id: string;
  tab: 'overview' | 'deliveries' | 'settings' | 'recover' | 'replay';
  /** Buttons beside the title. */
  actions?: (endpoint: Endpoint) => ComponentChildren;
  children: (endpoint: Endpoint) => ComponentChildren;
}

const TABS = ['overview', 'deliveries', 'settings'] as const;

/** The frame of all screens of one webhook. Loads the webhook, and shows its URL, its state and the tabs. */
export function WebhookFrame({ id, tab, actions, children }: WebhookFrameProps) {
  const { data: endpoint, error, refetch } = useQuery(queries.endpoint(id));
  if (error && asApiError(error).status === 404) return <NotFound />;
  if (error && !endpoint) return <LoadError error={error} retry={() => void refetch()} />;
  if (!endpoint) return <Loading rows={6} />;
  return (
    <>
      <PageHeader
        up={{ to: {}, label: t('nav.webhooks') }}
        title={<span class="mono-title">{endpoint.url}</span>}
        aside={
          <>
            <CopyButton compact value={endpoint.url} what={t('webhook.url')} />
            <EndpointPill endpoint={endpoint} />
          </>
        }
        subtitle={endpoint.description}
        actions={actions?.(endpoint)}
      />
      <Tabs
        label={t('tab.label')}
        tabs={TABS.map((name) => ({
          to: { webhook: id, tab: name === 'overview' ? undefined : name },
          label: t(`tab.${name}`),
          current: name === tab,
        }))}
      />
      {children(endpoint)}
    </>
  );
}
