import { useQuery } from '../../data/index.ts';
import type { Endpoint } from '../../api/types.ts';
import { LoadError, Loading } from '../../design/states.tsx';
import type { ScreenProps } from '../screen.ts';
import { WebhookFrame } from '../webhook-frame.tsx';
import { HealthBanner } from './health-banner.tsx';
import { healthOf, lastFailure } from './health.ts';
import { LatencyChart } from './latency-chart.tsx';
import { LatestFailures } from './latest-failures.tsx';
import { OutcomeChart } from './outcome-chart.tsx';
import { OverviewActions } from './overview-actions.tsx';
import { latestQuery, moreUnfinishedQuery, statsQuery, unfinishedQuery } from './overview-queries.ts';
import './overview.css';
import { StatusClasses } from './status-classes.tsx';
import { Tiles } from './tiles.tsx';

/** The health of one webhook, now and over the last 24 hours. */
export function OverviewScreen({ params }: ScreenProps) {
  return (
    <WebhookFrame
      id={params.webhook!}
      tab="overview"
      actions={(endpoint) => <OverviewActions endpoint={endpoint} />}
    >
      {(endpoint) => <Overview endpoint={endpoint} />}
    </WebhookFrame>
  );
}

function Overview({ endpoint }: { endpoint: Endpoint }) {
  const { id } = endpoint;
  const { data: stats, error, refetch } = useQuery(statsQuery(id));
  const { data: few } = useQuery(unfinishedQuery(id));
  const needsMore = endpoint.failingSince !== null && few !== undefined && !lastFailure(few.data);
  const { data: more } = useQuery({ ...moreUnfinishedQuery(id), enabled: needsMore });
  const unfinished = needsMore ? (more ?? few) : few;
  const { data: latest } = useQuery(latestQuery(id));
  if (error && !stats) return <LoadError error={error} retry={() => void refetch()} />;
  if (!stats || !unfinished || !latest) return <Loading rows={8} />;
  const health = healthOf({ endpoint, stats, unfinished: unfinished.data, latest: latest.data[0] ?? null });
  return (
    <>
      <HealthBanner endpoint={endpoint} health={health} />
      <Tiles stats={stats} />
      <div class="charts">
        <OutcomeChart stats={stats} />
        <LatencyChart stats={stats} />
        <StatusClasses stats={stats} webhook={id} />
        <LatestFailures deliveries={unfinished.data} webhook={id} />
      </div>
    </>
  );
}
