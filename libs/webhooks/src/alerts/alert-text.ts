import { explainAttemptError } from '../core/attempt-errors.js';
import { encodeId } from '../core/ids.js';
import type { AlertKind } from '../core/states.js';
import type { FailureCount } from '../store/alert-store.js';
import type { WebhookAlert } from './alert-channel.js';
import type { AlertFacts } from './alert-facts.js';
import type { ClaimedAlert } from './claimed-alert.js';
import { MAX_MAILS_PER_DAY } from './mail-quota.js';

/** Causes listed in one alert. */
const MAX_CAUSES_LISTED = 3;
/** Deliveries are counted up to this number, so the text says "10000 or more". */
const MAX_NUMBER_SHOWN = 10_000;

interface AlertTemplate {
  subject: string;
  /** The first line: what happened. */
  headline(alert: ClaimedAlert, facts: AlertFacts): string;
  /** What the alert means for the owner. */
  advice: string;
}

const TEMPLATES: Record<Exclude<AlertKind, 'alerts.summary'>, AlertTemplate> = {
  'endpoint.failing': {
    subject: 'Webhook failing',
    headline: ({ data }) =>
      `${countOf(data!.failures)} in a row failed, the first at ${formatTime(data!.since)}`,
    advice:
      'Deliveries are retried on schedule. Until your endpoint responds again, only a few requests are sent to it.',
  },
  'endpoint.recovered': {
    subject: 'Webhook recovered',
    headline: ({ data }) => `Your endpoint works again. It had been failing since ${formatTime(data!.since)}`,
    advice:
      'Deliveries that were waiting are being sent now. Deliveries that were given up can be sent again.',
  },
  'endpoint.will_be_disabled': {
    subject: 'Webhook will be disabled',
    headline: ({ data }) =>
      `Your endpoint has been failing since ${formatTime(data!.since)} and will be disabled at ${formatTime(data!.disableAt)}`,
    advice: 'One successful delivery before then keeps it enabled.',
  },
  'endpoint.disabled': {
    subject: 'Webhook disabled',
    headline: ({ data }) => `Your endpoint was disabled: ${DISABLED_BECAUSE[data!.reason!] ?? data!.reason}`,
    advice: 'Nothing more is sent to it. After it is enabled again, undelivered events can be sent again.',
  },
  'endpoint.backlog_filling': {
    subject: 'Webhook paused with a long backlog',
    headline: ({ data }) =>
      `Your endpoint has been paused since ${formatTime(data!.since)}, and ${data!.backlog} deliveries wait for it; the limit is ${data!.limit}`,
    advice:
      'Resume it before the limit is reached. Beyond the limit, the oldest deliveries are discarded. They can be sent again after it is resumed.',
  },
  'delivery.exhausted': {
    subject: 'Webhook deliveries given up',
    headline: ({ createdAt }, { causes }) =>
      `${countOf(totalOf(causes))} failed permanently since ${formatTime(createdAt)}`,
    advice: 'They are no longer retried, but can be sent again.',
  },
  'delivery.failed': {
    subject: 'Webhook request failed',
    headline: ({ data, createdAt }) =>
      `A request failed at ${formatTime(createdAt)}: ${formatCause({ status: data!.status ?? null, error: data!.error ?? null })}`,
    advice: 'You will not get a mail about further failures for a while.',
  },
};

const DISABLED_BECAUSE: Record<string, string> = {
  'endpoint-gone': 'it returned 410 Gone',
  'endpoint-failing': 'it failed for too long without a single success',
  operator: 'the operator of this service disabled it',
};

/** Composes the alert that channels receive. `link`: the endpoint's page at the host, or null. */
export function composeAlert(alert: ClaimedAlert, facts: AlertFacts, link: string | null): WebhookAlert {
  const { id, kind, tenantId, createdAt, url } = alert;
  const data = alert.data!;
  const endpointId = alert.endpointId && encodeId('wh', alert.endpointId);
  const origin = url === null ? (data.origin ?? null) : new URL(url).origin;
  const common = { id, kind, tenantId, endpointId, origin, email: alert.recipient, createdAt };
  if (kind === 'alerts.summary') return { ...common, ...composeSummary(data.day!, facts) };
  const { subject, headline, advice } = TEMPLATES[kind];
  const causes = facts.causes
    .slice(0, MAX_CAUSES_LISTED)
    .map((each) => `${formatCause(each)} (${formatNumber(each.count)})`);
  const lines = [
    `${headline(alert, facts)}.`,
    '',
    `Webhook: ${endpointId ?? 'callback URLs'} (${origin ?? 'no longer registered'})`,
    ...(causes.length > 0 ? [`Causes: ${causes.join(', ')}`] : []),
    ...explainCauses(alert, facts),
    ...(data.deliveryId && kind === 'delivery.failed'
      ? [`Delivery: ${data.deliveryId}, attempt ${data.attempt}`]
      : []),
    ...(data.waiting ? [`Deliveries that were waiting: ${formatNumber(data.waiting)}`] : []),
    '',
    advice,
    ...(link === null ? [] : [link]),
    ...(alert.isLastMail ? ['', LAST_MAIL_NOTE] : []),
  ];
  const shown = { ...data };
  delete shown.lane;
  delete shown.origin;
  return {
    ...common,
    subject: origin === null ? subject : `${subject}: ${origin}`,
    text: lines.join('\n'),
    data: { ...shown, causes: facts.causes, count: totalOf(facts.causes) },
  };
}

const LAST_MAIL_NOTE = `This is the last of today's ${MAX_MAILS_PER_DAY} mails about webhooks to this address. Further alerts of today (UTC) arrive in one summary.`;

function composeSummary(day: number, { held }: AlertFacts): Pick<WebhookAlert, 'subject' | 'text' | 'data'> {
  const total = held.reduce((sum, { count }) => sum + count, 0);
  const byKind = held.map(
    ({ kind, count }) => `${TEMPLATES[kind as keyof typeof TEMPLATES].subject}: ${count}`,
  );
  return {
    subject: 'More webhook alerts',
    text: [
      `${total} more webhook alerts on ${formatTime(day).slice(0, 10)} were not mailed one by one.`,
      '',
      ...byKind,
    ].join('\n'),
    data: { day, held },
  };
}

/** Explains the errors that the alert mentions, one line for each error. HTTP statuses are not explained. */
function explainCauses({ kind, data }: ClaimedAlert, { causes }: AlertFacts): string[] {
  const listed = causes.slice(0, MAX_CAUSES_LISTED).filter(({ status }) => status === null);
  const errors = new Set(listed.map(({ error }) => error));
  if (kind === 'delivery.failed' && data!.status == null) errors.add(data!.error ?? null);
  return [...errors].flatMap((error) => {
    const explanation = error === null ? null : explainAttemptError(error);
    return explanation === null ? [] : [`${error}: ${explanation}`];
  });
}

function totalOf(causes: readonly FailureCount[]): number {
  return causes.reduce((sum, { count }) => sum + count, 0);
}

function formatNumber(number: number): string {
  return number >= MAX_NUMBER_SHOWN ? `${MAX_NUMBER_SHOWN} or more` : String(number);
}

function formatCause({ status, error }: Pick<FailureCount, 'status' | 'error'>): string {
  return status === null ? (error ?? 'unknown') : `HTTP ${status}`;
}

function countOf(deliveries = 0): string {
  return deliveries === 1 ? '1 delivery' : `${formatNumber(deliveries)} deliveries`;
}

/** `2025-01-31 12:00:00 UTC` */
function formatTime(instant: number | null | undefined): string {
  return `${new Date(instant ?? 0).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
