import type { ComponentChildren } from 'preact';
import type { DeliveryDetail } from '../../api/types.ts';
import { CopyButton } from '../../design/copy-button.tsx';
import { Icon } from '../../design/icon.tsx';
import { Time } from '../../design/time.tsx';
import { Link } from '../../routing/link.tsx';
import { useSession } from '../../session/session-context.ts';
import { t } from '../../strings/translate.ts';

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Id({ id, what }: { id: string; what: string }) {
  return (
    <span class="fact-id">
      <span class="mono">{id}</span>
      <CopyButton compact value={id} what={what} />
    </span>
  );
}

/** The event's subject. One link leads to all events of the subject, and another to the host's own page about the subject. */
function Subject({ subject }: { subject: string }) {
  const { subjectUrl } = useSession();
  // A subject in which the server has masked a phone number cannot be searched for.
  if (subject.includes('•')) return <span class="mono">{subject}</span>;
  return (
    <span class="fact-id">
      <Link to={{ screen: 'message', subject }} class="mono">
        {subject}
      </Link>
      <CopyButton compact value={subject} what={t('delivery.messageId')} />
      {subjectUrl && (
        <a
          class="icon-button"
          href={subjectUrl.replace('{subject}', encodeURIComponent(subject))}
          aria-label={t('delivery.openMessage')}
          title={t('delivery.openMessage')}
        >
          <Icon name="external" />
        </a>
      )}
    </span>
  );
}

/** Shows ids and times of a delivery. */
export function DeliveryFacts({ delivery }: { delivery: DeliveryDetail }) {
  const { event, endpointId, url, wireType, createdAt, finishedAt } = delivery;
  return (
    <dl class="card facts">
      <Fact label={t('delivery.id')}>
        <Id id={delivery.id} what={t('delivery.id')} />
      </Fact>
      <Fact label={t('delivery.eventId')}>
        <Id id={event.id} what={t('delivery.eventId')} />
      </Fact>
      {event.subject && (
        <Fact label={t('delivery.messageId')}>
          <Subject subject={event.subject} />
        </Fact>
      )}
      <Fact label={t('delivery.webhook')}>
        {endpointId ? (
          <Link to={{ webhook: endpointId }} class="mono clamp" title={url ?? undefined}>
            {url ?? endpointId}
          </Link>
        ) : (
          <span class="mono">{url}</span>
        )}
      </Fact>
      {wireType !== event.type && (
        <Fact label={t('delivery.eventType')}>
          <span class="mono">{event.type}</span>
        </Fact>
      )}
      <Fact label={t('delivery.occurred')}>
        <Time at={event.occurredAt} show="clock" />
      </Fact>
      <Fact label={t('delivery.created')}>
        <Time at={createdAt} show="clock" />
      </Fact>
      {finishedAt && (
        <Fact label={t('delivery.finished')}>
          <Time at={finishedAt} show="clock" />
        </Fact>
      )}
    </dl>
  );
}
