import { useMutation, useQuery, useQueryClient } from '../../data/index.ts';
import { announce } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { ActionError } from '../../design/states.tsx';
import { Table, type Column } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import { t } from '../../strings/translate.ts';
import { operatorQueries, resume, targetOf, type Pause } from './operator-queries.ts';

export function PauseList() {
  const { data } = useQuery(operatorQueries.pauses());
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: ({ scope, value }: Pause) => resume(targetOf(scope, value ?? '')),
    onSuccess: () => {
      announce(t('operator.resumedNow'));
      return client.invalidateQueries({ queryKey: ['operator'] });
    },
  });
  if (!data || data.length === 0) return null;
  const columns: Column<Pause>[] = [
    {
      header: t('operator.paused'),
      primary: true,
      cell: ({ scope, value }) => (
        <>
          {t(`operator.scope.${scope}`)} <span class="mono">{value}</span>
        </>
      ),
    },
    { header: t('operator.reason'), cell: ({ reason }) => reason },
    { header: t('operator.since'), cell: ({ createdAt }) => <Time at={createdAt} /> },
    {
      header: t('replay.action'),
      bare: true,
      cell: (each) => (
        <Button small icon="play" busy={end.isPending} onClick={() => end.mutate(each)}>
          {t('overview.resume')}
        </Button>
      ),
    },
  ];
  return (
    <>
      <ActionError error={end.error} />
      <Table
        caption={t('operator.paused')}
        columns={columns}
        rows={data}
        keyOf={({ scope, value }) => `${scope} ${value}`}
      />
    </>
  );
}
