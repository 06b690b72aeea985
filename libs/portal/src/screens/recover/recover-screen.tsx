import type { Endpoint } from '../../api/types.ts';
import { useMutation } from '../../data/index.ts';
import { Notice } from '../../design/notice.tsx';
import { ActionError } from '../../design/states.tsx';
import { t } from '../../strings/translate.ts';
import type { ScreenProps } from '../screen.ts';
import { Section } from '../settings/section.tsx';
import { WebhookFrame } from '../webhook-frame.tsx';
import { countRecoverable, type RecoverBody } from './recover-all.ts';
import { RecoverForm } from './recover-form.tsx';
import { RecoverRun } from './recover-run.tsx';
import './recover.css';

/** Counts the failed, discarded and waiting deliveries of one webhook, and then sends them again. */
export function RecoverScreen({ params }: ScreenProps) {
  return (
    <WebhookFrame id={params.webhook!} tab="recover">
      {(endpoint) => <Recover endpoint={endpoint} />}
    </WebhookFrame>
  );
}

function Recover({ endpoint }: { endpoint: Endpoint }) {
  const { id } = endpoint;
  const count = useMutation({
    mutationFn: async (body: RecoverBody) => ({ body, ...(await countRecoverable(id, body)) }),
  });
  return (
    <Section title={t('recover.title')}>
      <p>{t('recover.text')}</p>
      {endpoint.state !== 'active' && <Notice tone="warning" title={t(`recover.${endpoint.state}`)} />}
      <RecoverForm endpoint={endpoint} busy={count.isPending} count={count.mutate} onChange={count.reset} />
      <ActionError error={count.error} />
      {count.data && (
        <RecoverRun
          key={count.data.body.since + count.data.matched}
          id={id}
          body={count.data.body}
          matched={count.data.matched}
        />
      )}
    </Section>
  );
}
