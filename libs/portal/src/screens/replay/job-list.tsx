import { api } from '../../api/client.ts';
import type { Job } from '../../api/types.ts';
import { useMutation, useQuery, useQueryClient } from '../../data/index.ts';
import { Button } from '../../design/button.tsx';
import { ActionError } from '../../design/states.tsx';
import { Pill } from '../../design/status-pill.tsx';
import { Table, type Column } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import { useScope } from '../../session/session-context.ts';
import { t } from '../../strings/translate.ts';
import { isOpen, jobsQuery } from './replay-queries.ts';

const LOOKS = {
  pending: ['info', 'clock'],
  running: ['info', 'send'],
  done: ['success', 'check'],
  failed: ['danger', 'cross'],
  cancelled: ['neutral', 'stop'],
} as const;

function State({ job: { state, error } }: { job: Job }) {
  const [tone, icon] = LOOKS[state];
  return (
    <span>
      <Pill tone={tone} icon={icon}>
        {t(`replay.state.${state}`)}
      </Pill>
      {error && <span class="small"> {error}</span>}
    </span>
  );
}

function Progress({ job: { matched, done, deliveries } }: { job: Job }) {
  return (
    <span>
      <progress class="progress" value={done} max={matched || 1} aria-label={t('replay.progress')} />
      <span class="muted small">{t('replay.doneOf', { done, n: matched, deliveries })}</span>
    </span>
  );
}

/** The latest replays of a webhook, with their progress. */
export function JobList({ webhook }: { webhook: string }) {
  const { data } = useQuery(jobsQuery(webhook));
  const mayWrite = useScope('write');
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: (id: string) => api.post('/webhooks/jobs/{id}/cancel', { path: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['jobs'] }),
  });
  if (!data || data.data.length === 0) return null;
  const columns: Column<Job>[] = [
    {
      header: t('replay.events'),
      primary: true,
      cell: ({ range: { since, until } }) => (
        <span class="small">
          <Time at={since} show="clock" /> – <Time at={until} show="clock" />
        </span>
      ),
    },
    { header: t('deliveries.status'), bare: true, cell: (job) => <State job={job} /> },
    { header: t('replay.progress'), bare: true, cell: (job) => <Progress job={job} /> },
    { header: t('replay.started'), cell: ({ createdAt }) => <Time at={createdAt} /> },
    {
      header: t('replay.action'),
      bare: true,
      cell: (job) =>
        mayWrite &&
        isOpen(job) && (
          <Button small busy={cancel.isPending} onClick={() => cancel.mutate(job.id)}>
            {t('action.cancel')}
          </Button>
        ),
    },
  ];
  return (
    <section class="stack stack-tight">
      <h2>{t('replay.jobs')}</h2>
      <ActionError error={cancel.error} />
      <Table caption={t('replay.jobs')} columns={columns} rows={data.data} keyOf={({ id }) => id} />
    </section>
  );
}
