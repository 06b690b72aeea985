import type { Delivery, Endpoint, EndpointStats } from '../../api/types.ts';
import type { Tone } from '../../design/notice.tsx';
import { endpointStatus } from '../../design/status-pill.tsx';
import { explainAttempt } from '../../explain/cause.ts';
import { t } from '../../strings/translate.ts';

/** The health of a webhook, in plain language. */
export interface Health {
  tone: Tone;
  title: string;
  /** What to do about the problem. */
  fix: string | null;
  /** What the health means for deliveries. */
  text: string;
  /** When the webhook got into this state. */
  since: string | null;
  /** An example: a delivery that has this problem. */
  example: Delivery | null;
  /** The action that fixes the problem. */
  remedy: 'resume' | 'enable' | 'recover' | null;
}

interface Known {
  endpoint: Endpoint;
  stats: EndpointStats | undefined;
  /** Deliveries that wait or failed, newest first. */
  unfinished: readonly Delivery[];
  latest: Delivery | null;
}

const startOf = (delivery: Delivery): string => delivery.lastAttempt?.startedAt ?? '';

/** The delivery with the latest failed attempt. */
export const lastFailure = (deliveries: readonly Delivery[]): Delivery | null =>
  deliveries
    .filter(({ lastAttempt }) => lastAttempt?.error)
    .reduce<Delivery | null>((last, each) => (last && startOf(last) >= startOf(each) ? last : each), null);

/** Describes the most urgent problem, or says that the webhook works. */
export function healthOf(known: Known): Health {
  const status = endpointStatus(known.endpoint);
  if (status === 'disabled') return disabled(known);
  if (status === 'paused') return paused(known.endpoint);
  return blocked(known) ?? (status === 'failing' ? failing(known) : working(known));
}

const GONE = { status: 410, error: 'http' } as const;

function disabled({ endpoint: { stateReason, stateAt }, unfinished }: Known): Health {
  const example = lastFailure(unfinished);
  const tried = stateReason === 'endpoint-gone' ? GONE : example?.lastAttempt;
  return {
    tone: 'danger',
    title: stateReason ? t(`reason.${stateReason}`) : t('overview.disabled'),
    fix: (tried && stateReason !== 'operator' && explainAttempt(tried)?.fix) || null,
    text: t(stateReason === 'operator' ? 'overview.disabledByOperator' : 'overview.disabledNext'),
    since: stateAt,
    example,
    remedy: stateReason === 'operator' ? null : 'enable',
  };
}

const paused = ({ stateAt }: Endpoint): Health => ({
  tone: 'info',
  title: t('overview.paused'),
  fix: null,
  text: t('overview.pausedText'),
  since: stateAt,
  example: null,
  remedy: 'resume',
});

/** States in which nothing is sent, whatever the receiver does. */
function blocked({ unfinished }: Known): Health | null {
  const example = unfinished.find(({ waits }) => waits === 'repair' || waits === 'paused');
  if (!example) return null;
  const isPaused = example.waits === 'paused';
  return {
    tone: isPaused ? 'warning' : 'danger',
    title: isPaused || !example.reason ? t('overview.pausedByOperator') : t(`reason.${example.reason}`),
    fix: null,
    text: t(isPaused ? 'overview.pausedByOperatorText' : 'overview.repairText'),
    since: null,
    example,
    remedy: null,
  };
}

function failing({ endpoint: { failingSince }, unfinished }: Known): Health {
  const example = lastFailure(unfinished);
  const explained = example?.lastAttempt ? explainAttempt(example.lastAttempt) : null;
  return {
    tone: 'danger',
    title: explained?.title ?? t('overview.failing'),
    fix: explained?.fix ?? null,
    text: t('overview.failingText'),
    since: failingSince,
    example,
    remedy: null,
  };
}

function working({ stats, unfinished, latest }: Known): Health {
  const lost = stats?.total.exhausted ?? 0;
  const base = { fix: null, since: null, example: null, remedy: null };
  if (!latest)
    return { ...base, tone: 'info', title: t('overview.untried'), text: t('overview.untriedText') };
  if (lost === 0)
    return { ...base, tone: 'success', title: t('overview.working'), text: t('overview.workingText') };
  return {
    ...base,
    tone: 'warning',
    title: t('overview.lost', { n: lost }),
    text: t('overview.lostText'),
    example: unfinished.find(({ state }) => state === 'exhausted') ?? null,
    remedy: 'recover',
  };
}
