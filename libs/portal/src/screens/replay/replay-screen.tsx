import type { Endpoint } from '../../api/types.ts';
import { useMutation, useQueryClient } from '../../data/index.ts';
import { announce } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { Notice } from '../../design/notice.tsx';
import { ActionError } from '../../design/states.tsx';
import { useScope } from '../../session/session-context.ts';
import { t } from '../../strings/translate.ts';
import '../recover/recover.css';
import type { ScreenProps } from '../screen.ts';
import { Section } from '../settings/section.tsx';
import { WebhookFrame } from '../webhook-frame.tsx';
import { JobList } from './job-list.tsx';
import { ReplayForm } from './replay-form.tsx';
import { replay, type ReplayBody } from './replay-queries.ts';

/** Sends past events to a webhook that did not get them. */
export function ReplayScreen({ params }: ScreenProps) {
  return (
    <WebhookFrame id={params.webhook!} tab="replay">
      {(endpoint) => <Replay endpoint={endpoint} />}
    </WebhookFrame>
  );
}

/** What a dry run found. A dry run processes at most about 10,000 events. */
function titleOf({ deliveries, left }: { deliveries: number; left: number }): string {
  if (left === 0) return t('replay.matched', { n: deliveries });
  return deliveries === 0 ? t('replay.noneYet') : t('replay.atLeast', { n: deliveries });
}

function Replay({ endpoint }: { endpoint: Endpoint }) {
  const { id } = endpoint;
  const mayRetry = useScope('retry');
  const client = useQueryClient();
  const count = useMutation({
    mutationFn: async (body: ReplayBody) => ({ body, ...(await replay(id, body, true)) }),
  });
  const start = useMutation({
    mutationFn: (body: ReplayBody) => replay(id, body, false),
    onSuccess: () => {
      count.reset();
      announce(t('replay.startedNow'));
      return client.invalidateQueries({ queryKey: ['jobs'] });
    },
  });
  const found = count.data;
  return (
    <>
      <Section title={t('replay.title')}>
        <p>{t('replay.text')}</p>
        {endpoint.state !== 'active' && <Notice tone="warning" title={t(`recover.${endpoint.state}`)} />}
        <ReplayForm endpoint={endpoint} busy={count.isPending} count={count.mutate} onChange={count.reset} />
        <ActionError error={count.error ?? start.error} />
        {found?.deliveries === 0 && found.left === 0 && (
          <Notice live tone="success" title={t('replay.none')} />
        )}
        {found && found.deliveries + found.left > 0 && (
          <Notice
            live
            tone="info"
            title={titleOf(found)}
            action={
              mayRetry && (
                <Button
                  kind="primary"
                  icon="forward"
                  busy={start.isPending}
                  onClick={() => start.mutate(found.body)}
                >
                  {t('replay.start')}
                </Button>
              )
            }
          >
            <p>{t(mayRetry ? 'recover.matchedText' : 'state.noScope')}</p>
          </Notice>
        )}
      </Section>
      <JobList webhook={id} />
    </>
  );
}
