import { encodeId } from '../core/ids.js';
import type { WebhookAlert } from './alert-channel.js';
import type { AlertKind } from '../core/states.js';
import type { AlertFacts, FailureCount } from './alert-facts.js';
import type { ClaimedAlert } from './claim-alerts.js';
import { MAX_MAILS_PER_DAY } from './mail-quota.js';

/** Causes named in one alert. */
const NAMED_CAUSES = 3;
/** Counts stop here. */
const MANY = 10_000;

interface AlertTemplate {
  subject: string;
  /** The first line: what happened. */
  headline(alert: ClaimedAlert, facts: AlertFacts): string;
  /** What follows from it. */
  advice: string;
}

const WORDING: Record<Exclude<AlertKind, 'alerts.summary'>, AlertTemplate> = {
  'endpoint.failing': {
    subject: 'Webhook failing',
    headline: ({ data }) =>
      `${count(data.failures, 'delivery')} in a row failed, the first at ${time(data.since)}`,
    advice:
      'Deliveries are retried as planned; until your endpoint answers again only a few requests are sent to it.',
  },
  'endpoint.recovered': {
    subject: 'Webhook recovered',
    headline: ({ data }) => `Your endpoint answers again, after failures from ${time(data.since)} on`,
    advice: 'What waited is being delivered. What was given up in between can be sent again.',
  },
  'endpoint.will_be_disabled': {
    subject: 'Webhook will be disabled',
    headline: ({ data }) =>
      `Your endpoint has failed since ${time(data.since)} and will be disabled at ${time(data.disableAt)}`,
    advice: 'One successful delivery before then keeps it enabled.',
  },
  'endpoint.disabled': {
    subject: 'Webhook disabled',
    headline: ({ data }) => `Your endpoint was disabled: ${DISABLED_BECAUSE[data.reason!] ?? data.reason}`,
    advice: 'Nothing more is sent to it. When it is enabled again, what was not delivered can be sent again.',
  },
  'delivery.exhausted': {
    subject: 'Webhook deliveries given up',
    headline: ({ createdAt }, { causes }) =>
      `${count(total(causes), 'delivery')} failed for good since ${time(createdAt)}`,
    advice: 'They are not retried any more, but can be sent again.',
  },
  'delivery.failed': {
    subject: 'Webhook request failed',
    headline: ({ data, createdAt }) =>
      `A request failed at ${time(createdAt)}: ${cause({ status: data.status ?? null, error: data.error ?? null })}`,
    advice: 'Further failures are not mailed for a while.',
  },
};

const DISABLED_BECAUSE: Record<string, string> = {
  'endpoint-gone': 'it answered 410 Gone',
  'endpoint-failing': 'it failed for too long without one success',
  operator: 'the operator of this service did it',
};

/** Words an alert for its owner. `link`: where to look at the endpoint. */
export function composeAlert(alert: ClaimedAlert, facts: AlertFacts, link: string | null): WebhookAlert {
  const { kind, data, mail } = alert;
  const endpointId = alert.endpointId && encodeId('wh', alert.endpointId);
  const origin = alert.url === null ? (data.origin ?? null) : new URL(alert.url).origin;
  const common = {
    id: alert.id,
    kind,
    tenantId: alert.tenantId,
    endpointId,
    origin,
    email: mail.recipient,
    createdAt: alert.createdAt,
  };
  if (kind === 'alerts.summary') return { ...common, ...summary(alert, facts) };
  const { subject, headline, advice } = WORDING[kind];
  const lines = [
    `${headline(alert, facts)}.`,
    '',
    `Webhook: ${endpointId ?? 'callback URLs'} (${origin ?? 'no longer registered'})`,
    ...(facts.causes.length > 0
      ? [`Causes: ${facts.causes.slice(0, NAMED_CAUSES).map(seen).join(', ')}`]
      : []),
    ...(data.deliveryId && kind === 'delivery.failed'
      ? [`Delivery: ${data.deliveryId}, attempt ${data.attempt}`]
      : []),
    ...(data.waiting ? [`Deliveries that waited: ${upTo(data.waiting)}`] : []),
    '',
    advice,
    ...(link === null ? [] : [link]),
    ...(mail.last ? ['', LAST_MAIL] : []),
  ];
  const told = { ...data };
  delete told.lane;
  delete told.origin;
  return {
    ...common,
    subject: origin === null ? subject : `${subject}: ${origin}`,
    text: lines.join('\n'),
    data: { ...told, causes: facts.causes, count: total(facts.causes) },
  };
}

const LAST_MAIL = `This is the last of today's ${MAX_MAILS_PER_DAY} mails about webhooks to this address. The rest of the day (UTC) comes as one summary.`;

function summary(
  { data }: ClaimedAlert,
  { held }: AlertFacts,
): Pick<WebhookAlert, 'subject' | 'text' | 'data'> {
  const sum = held.reduce((all, each) => all + each.count, 0);
  const kinds = held.map(
    ({ kind, count: times }) => `${WORDING[kind as keyof typeof WORDING].subject}: ${times}`,
  );
  return {
    subject: 'More webhook alerts',
    text: [
      `${sum} more webhook alerts on ${time(data.day).slice(0, 10)} were not mailed one by one.`,
      '',
      ...kinds,
    ].join('\n'),
    data: { day: data.day, held },
  };
}

const total = (causes: readonly FailureCount[]): number =>
  causes.reduce((sum, { count: times }) => sum + times, 0);

const seen = (each: FailureCount): string => `${cause(each)} (${upTo(each.count)})`;

const upTo = (number: number): string => (number >= MANY ? `${MANY} or more` : String(number));

function cause({ status, error }: Pick<FailureCount, 'status' | 'error'>): string {
  return status === null ? (error ?? 'unknown') : `HTTP ${status}`;
}

function count(number: number | undefined, noun: 'delivery'): string {
  return number === 1 ? `1 ${noun}` : `${upTo(number ?? 0)} deliveries`;
}

/** `2025-01-31 12:00:00 UTC` */
function time(instant: number | null | undefined): string {
  return `${new Date(instant ?? 0).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
