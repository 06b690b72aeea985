import { useQuery } from '../../data/index.ts';
import { Pager } from '../../design/pager.tsx';
import { Empty, LoadError, Loading } from '../../design/states.tsx';
import type { Params } from '../../routing/route.ts';
import { PageHeader } from '../../shell/page-header.tsx';
import { t } from '../../strings/translate.ts';
import type { ScreenProps } from '../screen.ts';
import { EventReport } from './event-report.tsx';
import { subjectQuery } from './message-queries.ts';
import { MessageSearch } from './message-search.tsx';
import './message.css';

/** One message: its events, and their deliveries to each webhook. */
export function MessageScreen({ params }: ScreenProps) {
  return (
    <>
      <PageHeader title={t('message.title')} subtitle={t('message.subtitle')} />
      <MessageSearch subject={params.subject ?? ''} />
      {params.subject && <Reports subject={params.subject} params={params} />}
    </>
  );
}

function Reports({ subject, params }: { subject: string; params: Params }) {
  const { data, error, refetch } = useQuery(subjectQuery(subject, params.cursor));
  if (error && !data) return <LoadError error={error} retry={() => void refetch()} />;
  if (!data) return <Loading rows={6} />;
  if (data.data.length === 0 && !params.cursor)
    return <Empty title={t('message.none')}>{t('message.noneText')}</Empty>;
  return (
    <div class="stack stack-wide">
      {data.data.map((report) => (
        <EventReport key={report.id} report={report} subject={subject} />
      ))}
      <Pager params={params} cursor={params.cursor} nextCursor={data.nextCursor} />
    </div>
  );
}
