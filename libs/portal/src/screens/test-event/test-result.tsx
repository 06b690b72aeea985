import type { ComponentChildren } from 'preact';
import type { Attempt, DeliveryDetail } from '../../api/types.ts';
import { CodeBlock } from '../../design/code-block.tsx';
import { Notice } from '../../design/notice.tsx';
import { durationText, relativeTime } from '../../design/time.tsx';
import { explainAttempt } from '../../explain/cause.ts';
import { Link } from '../../routing/link.tsx';
import { t } from '../../strings/translate.ts';
import { prettyBody } from '../delivery/pretty-body.ts';
import './test-event.css';

interface TestResultProps {
  result: { delivery: DeliveryDetail | null };
  endpointId: string;
}

/** The result of a test event so far. */
export function TestResult({ result: { delivery }, endpointId }: TestResultProps) {
  const attempt = delivery?.attempts.at(-1);
  const link = delivery && (
    <Link to={{ webhook: endpointId, delivery: delivery.id }}>{t('test.showDelivery')}</Link>
  );
  if (!delivery || !attempt) {
    const discarded = delivery?.state === 'discarded';
    return (
      <Notice
        tone={discarded ? 'danger' : 'info'}
        live
        title={t(discarded ? 'test.discarded' : 'test.pending')}
        action={link}
      >
        {!discarded && t('test.pendingText')}
      </Notice>
    );
  }
  return (
    <section class="stack stack-tight">
      <AttemptNotice attempt={attempt} delivery={delivery} link={link} />
      <div class="test-exchange">
        {delivery.body !== null && (
          <Exchange title={t('test.sent')} code={prettyBody(delivery.body) ?? delivery.body} />
        )}
        {attempt.response !== null && (
          <Exchange title={t('test.response')} code={attempt.response || t('test.emptyResponse')} />
        )}
      </div>
    </section>
  );
}

function Exchange({ title, code }: { title: string; code: string }) {
  return (
    <div class="stack stack-tight">
      <h3>{title}</h3>
      <CodeBlock code={code} what={title} />
    </div>
  );
}

interface AttemptNoticeProps {
  attempt: Attempt;
  delivery: DeliveryDetail;
  link: ComponentChildren;
}

function AttemptNotice({ attempt, delivery: { state, nextAttemptAt }, link }: AttemptNoticeProps) {
  const { status, durationMs } = attempt;
  if (state === 'delivered') {
    const values = { status: String(status), duration: durationText(durationMs ?? 0) };
    return <Notice tone="success" live title={t('test.delivered', values)} action={link} />;
  }
  const explained = explainAttempt(attempt);
  return (
    <Notice
      tone="danger"
      live
      title={explained?.title ?? t('test.failed', { status: String(status) })}
      action={link}
    >
      {explained?.fix}{' '}
      {nextAttemptAt && t('test.willRetry', { when: relativeTime(Date.parse(nextAttemptAt), Date.now()) })}
    </Notice>
  );
}
