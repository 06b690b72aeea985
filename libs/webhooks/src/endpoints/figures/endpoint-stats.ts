import { formatInstant } from '../../core/instants.js';
import {
  DURATION_BOUNDS_MS,
  type EndpointHour,
  FIGURES,
  type Figure,
} from '../../store/figures/figure-store.js';

const HOUR_MS = 3_600_000;
const HOURS = 24;
/** Maximum age (ms) of the hours that {@link toStats} needs. */
export const STATS_RANGE_MS = HOURS * HOUR_MS;
/** Durations beyond the last bound are rounded to this: the longest timeout that a registration may ask for. */
const LONGEST_MS = 30_000;

/** Results of attempts. */
export interface WebhookFigures {
  /** Requests that were sent. */
  attempts: number;
  /** Deliveries that arrived. */
  delivered: number;
  /** Attempts that failed and are followed by another attempt. */
  retried: number;
  /** Deliveries whose last attempt failed. */
  exhausted: number;
  /** Deliveries that ended without success and without using up their attempts. */
  discarded: number;
  /** Share (0 to 1) of the attempts that succeeded; `null`: there was no attempt. */
  successRate: number | null;
  /** Attempts by the class of their status; `none`: no response. */
  statusClasses: Record<'2xx' | '3xx' | '4xx' | '5xx' | 'none', number>;
  /**
   * `p50`: half of the attempts took no longer than this (ms). `p95`: 95 of 100 attempts took no longer than this (ms). The
   * values are rounded up to 50, 100, 250, 500, 1000, 2500, 5000 or 10000; anything longer counts as 30000. `null`: there
   * was no attempt.
   */
  latencyMs: { p50: number; p95: number } | null;
}

/** Figures of an endpoint in one hour. */
export interface WebhookStatsOfHour extends WebhookFigures {
  /** When the hour begins: RFC 3339. */
  hour: string;
}

/** The figures of an endpoint in the last 24 hours, test events left out. */
export interface WebhookEndpointStats {
  /** When the first hour begins: RFC 3339. */
  since: string;
  until: string;
  total: WebhookFigures;
  /** 24 entries, oldest first. The last hour is not over. */
  hours: WebhookStatsOfHour[];
}

/** @param now epoch ms */
export function toStats(now: number, hours: readonly EndpointHour[]): WebhookEndpointStats {
  const last = Math.floor(now / HOUR_MS) * HOUR_MS;
  const starts = Array.from({ length: HOURS }, (_, index) => last - (HOURS - 1 - index) * HOUR_MS);
  const none = FIGURES.map(() => 0);
  const counts = starts.map((start) => hours.find(({ hour }) => hour === start)?.counts ?? none);
  const total = none.map((_, index) => counts.reduce((sum, each) => sum + each[index]!, 0));
  return {
    since: formatInstant(starts[0]!),
    until: formatInstant(now),
    total: toFigures(total),
    hours: starts.map((start, index) => ({ hour: formatInstant(start), ...toFigures(counts[index]!) })),
  };
}

function toFigures(counts: readonly number[]): WebhookFigures {
  const of = (figure: Figure): number => counts[FIGURES.indexOf(figure)]!;
  const statusClasses = {
    '2xx': of('status_2xx'),
    '3xx': of('status_3xx'),
    '4xx': of('status_4xx'),
    '5xx': of('status_5xx'),
    none: of('status_none'),
  };
  const attempts = Object.values(statusClasses).reduce((sum, count) => sum + count, 0);
  const delivered = of('delivered');
  const durations = counts.slice(FIGURES.indexOf('ms_50'));
  const latency = (part: number): number => boundOf(durations, attempts * part);
  return {
    attempts,
    delivered,
    retried: of('retried'),
    exhausted: of('exhausted'),
    discarded: of('discarded'),
    successRate: attempts === 0 ? null : Math.round((delivered / attempts) * 10_000) / 10_000,
    statusClasses,
    latencyMs: attempts === 0 ? null : { p50: latency(0.5), p95: latency(0.95) },
  };
}

/** The upper bound of the duration class that contains the `rank`-th attempt. */
function boundOf(durations: readonly number[], rank: number): number {
  let seen = 0;
  const place = durations.findIndex((count) => (seen += count) >= rank);
  return DURATION_BOUNDS_MS[place] ?? LONGEST_MS;
}
