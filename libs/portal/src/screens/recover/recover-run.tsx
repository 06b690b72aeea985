import { useRef, useState } from 'preact/hooks';
import { POLL_MS } from '../../api/poll.ts';
import { api } from '../../api/client.ts';
import { useMutation, useQuery } from '../../data/index.ts';
import { announce } from '../../design/announcer.tsx';
import { Button, ButtonLink } from '../../design/button.tsx';
import { Notice } from '../../design/notice.tsx';
import { ActionError } from '../../design/states.tsx';
import { useScope } from '../../session/session-context.ts';
import { t } from '../../strings/translate.ts';
import { recoverAll, type RecoverBody } from './recover-all.ts';

interface RecoverRunProps {
  id: string;
  body: RecoverBody;
  /** How many deliveries match, counted up to 100,000. */
  matched: number;
}

/** Shows how many deliveries match, the button that sends them again, and how many have been sent again. */
export function RecoverRun({ id, body, matched }: RecoverRunProps) {
  const mayRetry = useScope('retry');
  const [done, setDone] = useState(0);
  const stop = useRef(false);
  const run = useMutation({
    mutationFn: () => {
      stop.current = false;
      return recoverAll(id, body, setDone, () => stop.current);
    },
    onSuccess: (n) => announce(t('recover.done', { n })),
  });
  if (run.data !== undefined) return <Recovered id={id} count={run.data} />;
  if (matched === 0) return <Notice tone="success" title={t('recover.none')} live />;
  return (
    <>
      <Notice
        live
        tone="info"
        title={t('recover.matched', { n: matched })}
        action={
          mayRetry &&
          (run.isPending ? (
            <Button onClick={() => (stop.current = true)}>{t('recover.stop')}</Button>
          ) : (
            <Button kind="primary" icon="retry" onClick={() => run.mutate()}>
              {t('recover.start', { n: matched })}
            </Button>
          ))
        }
      >
        {run.isPending ? (
          <progress
            class="progress"
            value={done}
            max={matched}
            aria-label={t('recover.progress', { n: done })}
          />
        ) : (
          <p>{t(mayRetry ? 'recover.matchedText' : 'state.noScope')}</p>
        )}
      </Notice>
      <ActionError error={run.error} />
    </>
  );
}

/** The page reads at most this many deliveries to count those that are not sent yet. */
const MAX_LEFT = 100;

/** Shows how many deliveries of the webhook are not sent yet. Those that failed again and wait for a retry do not count. */
function Recovered({ id, count }: { id: string; count: number }) {
  const { data } = useQuery({
    queryKey: ['waiting', id],
    queryFn: ({ signal }) =>
      api.get('/webhooks/{id}/deliveries', {
        path: { id },
        query: { state: 'pending,sending' as never, limit: MAX_LEFT },
        signal,
      }),
    refetchInterval: POLL_MS,
  });
  const found = data?.data.filter(({ waits }) => waits !== 'schedule').length;
  const more = Boolean(data?.nextCursor);
  // `undefined`: each delivery that was read waits for a retry, but the page has not read all deliveries.
  const left = found === 0 && more ? undefined : found;
  return (
    <Notice
      live
      tone={left === 0 ? 'success' : 'info'}
      title={t('recover.done', { n: count })}
      action={<ButtonLink to={{ webhook: id, tab: 'deliveries' }}>{t('recover.showDeliveries')}</ButtonLink>}
    >
      {left !== undefined && (
        <p>{t(left === 0 ? 'recover.allSent' : more ? 'recover.manyLeft' : 'recover.left', { n: left })}</p>
      )}
    </Notice>
  );
}
