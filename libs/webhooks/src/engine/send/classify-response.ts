import { LineLogger } from '../../core/line-logger.js';
import type { BlockedReason, Reason } from '../../core/states.js';
import { HttpError, type HttpErrorCode, type HttpResponse } from '../../http/transport.js';
import type { FailureVerdict, Profile } from '../../profiles/profile.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';
import { keptHeaders } from './kept-headers.js';
import type { AttemptResult, Outcome } from './outcome.js';
import { parseRetryAfter } from './retry-after.js';
import { type RetrySchedule, waitAfter } from './retry-schedule.js';

/** Statuses whose `Retry-After` is honoured. */
const RETRY_AFTER_STATUSES = new Set([429, 502, 503, 504]);
const GONE = 410;
const TOO_MANY_REQUESTS = 429;
/** The pause after a 429 without a valid `Retry-After`. */
const DEFAULT_PAUSE_MS = 5_000;
/** Errors on our side, including a broken proxy. They do not count as attempts. */
const OWN_ERRORS = ['proxy', 'aborted', 'internal'] as const;
const OWN_ERROR_WAIT_MS = 10_000;

const logger = new LineLogger('WebhookSender');

/** The outcome of a request that got a response. `now`: epoch ms on the database's clock. */
export function classifyResponse(
  delivery: LeasedDelivery,
  response: HttpResponse,
  startedAt: number,
  schedule: RetrySchedule,
  now: number,
): Outcome {
  const { profile } = delivery.destination;
  const { status, durationMs, body } = response;
  const is2xx = status >= 200 && status < 300;
  const isSuccess = askProfile(profile, 'isSuccess', () => profile.isSuccess(status), is2xx);
  const number = delivery.attempts + 1;
  const error = isSuccess ? null : 'http';
  const responseHeaders = isSuccess ? null : keptHeaders(response.headers);
  const attempt: AttemptResult = {
    number,
    startedAt,
    durationMs,
    status,
    error,
    response: body,
    responseHeaders,
  };
  if (isSuccess) return { ...finish(delivery, 'delivered'), attempt };
  const verdict = verdictOn(delivery, attempt);
  if (status === GONE && profile.disablesOnGone && verdict !== 'ignore') {
    const outcome = finish(delivery, 'discarded', 'endpoint-gone');
    return { ...outcome, attempt, failure: true, disable: 'endpoint-gone' };
  }
  const pauseMs = profile.honoursRetryAfter ? pauseAskedFor(response, now) : 0;
  return { ...afterFailure(delivery, attempt, verdict, schedule, pauseMs), pauseLaneMs: pauseMs };
}

/** The pause (ms) that the receiver asks for. */
function pauseAskedFor({ status, retryAfter }: HttpResponse, now: number): number {
  if (!RETRY_AFTER_STATUSES.has(status)) return 0;
  return parseRetryAfter(retryAfter, now) ?? (status === TOO_MANY_REQUESTS ? DEFAULT_PAUSE_MS : 0);
}

/** The outcome of a request that got no response. */
export function classifyError(
  delivery: LeasedDelivery,
  error: unknown,
  startedAt: number,
  schedule: RetrySchedule,
): Outcome {
  const code = error instanceof HttpError ? error.code : 'internal';
  if (isOwnError(code)) return returnToLane(delivery, code === 'aborted' ? 0 : OWN_ERROR_WAIT_MS);
  const attempt: AttemptResult = {
    number: delivery.attempts + 1,
    startedAt,
    durationMs: Math.round(performance.now() - startedAt),
    status: null,
    error: code,
    response: '',
    responseHeaders: null,
  };
  return afterFailure(delivery, attempt, verdictOn(delivery, attempt), schedule, 0);
}

function isOwnError(code: HttpErrorCode): code is (typeof OWN_ERRORS)[number] {
  return (OWN_ERRORS as readonly HttpErrorCode[]).includes(code);
}

function verdictOn({ destination }: LeasedDelivery, { status, error }: AttemptResult): FailureVerdict {
  const { profile } = destination;
  return askProfile(
    profile,
    'onFailure',
    () => profile.onFailure({ status, error: error! }, destination),
    'retry',
  );
}

/** Returns `fallback` if the profile throws: the request was made, so its attempt must be recorded. */
function askProfile<T>(profile: Profile, rule: 'isSuccess' | 'onFailure', ask: () => T, fallback: T): T {
  try {
    return ask();
  } catch (error) {
    logger.error(`Profile "${profile.name}": ${rule} failed (${(error as Error).message})`);
    return fallback;
  }
}

function afterFailure(
  delivery: LeasedDelivery,
  attempt: AttemptResult,
  verdict: FailureVerdict,
  schedule: RetrySchedule,
  retryAfterMs: number,
): Outcome {
  if (verdict === 'ignore') return { ...finish(delivery, 'discarded', 'ignored'), attempt };
  const wait = verdict === 'retry' ? waitAfter(schedule, attempt.number - delivery.attemptsBefore) : null;
  if (wait === null) {
    const reason = verdict === 'retry' ? 'retries-used-up' : 'not-retryable';
    return { ...finish(delivery, 'exhausted', reason), attempt, failure: true };
  }
  return { ...returnToLane(delivery, Math.max(wait, retryAfterMs)), attempt, failure: true };
}

/** An outcome without an attempt: the delivery waits in its lane again. `blocked`: why it cannot be sent. */
export function returnToLane(
  delivery: LeasedDelivery,
  delayMs: number,
  blocked: BlockedReason | null = null,
): Outcome {
  return { ...withoutAttempt(delivery, 'pending', blocked), delayMs };
}

/** An outcome without an attempt: the delivery ends. */
export function finish(
  delivery: LeasedDelivery,
  state: 'delivered' | 'exhausted' | 'discarded',
  reason: Reason | null = null,
): Outcome {
  return withoutAttempt(delivery, state, reason);
}

function withoutAttempt(delivery: LeasedDelivery, state: Outcome['state'], reason: Reason | null): Outcome {
  return {
    delivery,
    state,
    reason,
    delayMs: 0,
    attempt: null,
    failure: false,
    pauseLaneMs: 0,
    releasesLane: false,
    disable: null,
  };
}
