import { useMutation, useQuery, useQueryClient } from '../../data/index.ts';
import { api } from '../../api/client.ts';
import type { Endpoint } from '../../api/types.ts';
import { announce } from '../../design/announcer.tsx';
import { Button, ButtonLink } from '../../design/button.tsx';
import { Notice } from '../../design/notice.tsx';
import { ActionError } from '../../design/states.tsx';
import { Time } from '../../design/time.tsx';
import { Link } from '../../routing/link.tsx';
import { useScope } from '../../session/session-context.ts';
import { Text } from '../../strings/text.tsx';
import { t } from '../../strings/translate.ts';
import { deliveryQuery } from '../delivery/delivery-queries.ts';
import type { Health } from './health.ts';

interface HealthBannerProps {
  endpoint: Endpoint;
  health: Health;
}

/** Says whether the webhook works. If it does not, says why, and what to do about it. */
export function HealthBanner({ endpoint, health }: HealthBannerProps) {
  const { tone, title, fix, text, since, example } = health;
  return (
    <Notice tone={tone} title={title} action={<Remedy endpoint={endpoint} remedy={health.remedy} />}>
      <p>
        {fix && `${fix} `}
        {example?.lastAttempt && <Location status={example.lastAttempt.status} deliveryId={example.id} />}
        {text}
      </p>
      {(since || example) && (
        <p class="muted small row">
          {since && (
            <span>
              <Text of="overview.since" with={{ when: <Time at={since} /> }} />
            </span>
          )}
          {example && (
            <Link to={{ webhook: endpoint.id, delivery: example.id }}>{t('overview.showExample')}</Link>
          )}
        </p>
      )}
    </Notice>
  );
}

/** Shows the URL that the receiver redirects to, so that the owner can use that URL instead. */
function Location({ status, deliveryId }: { status: number | null; deliveryId: string }) {
  const redirects = status !== null && status >= 300 && status < 400;
  const { data } = useQuery({ ...deliveryQuery(deliveryId), enabled: redirects });
  const url = redirects && data?.lastAttempt?.responseHeaders?.location;
  return url ? <>{t('cause.redirect.to', { url })} </> : null;
}

function Remedy({ endpoint: { id }, remedy }: { endpoint: Endpoint; remedy: Health['remedy'] }) {
  const mayWrite = useScope('write');
  const client = useQueryClient();
  const resume = useMutation({
    mutationFn: () => api.post('/webhooks/{id}/resume', { path: { id } }),
    onSuccess: (endpoint) => {
      client.setQueryData(['endpoint', id], endpoint);
      void client.invalidateQueries({ queryKey: ['endpoints'] });
      announce(t('overview.resumed'));
    },
  });
  if (remedy === 'recover')
    return (
      <ButtonLink small to={{ webhook: id, tab: 'recover' }}>
        {t('deliveries.recover')}
      </ButtonLink>
    );
  if (!remedy || !mayWrite) return null;
  return (
    <>
      <Button small icon="play" busy={resume.isPending} onClick={() => resume.mutate()}>
        {t(`overview.${remedy}`)}
      </Button>
      <ActionError error={resume.error} />
    </>
  );
}
