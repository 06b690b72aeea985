import { HttpError, type HttpResponse } from '../../http/transport.js';
import { LineLogger } from '../../core/line-logger.js';
import type { BlockedReason } from '../../core/states.js';
import type { FailureVerdict, Profile } from '../../profiles/profile.js';
import type { AttemptResult, Outcome } from './outcome.js';
import { parseRetryAfter, type RetrySchedule, waitAfter } from './retry-schedule.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';

/** Statuses that ask for a pause rather than report a fault. */
const THROTTLES = new Set([429, 502, 503, 504]);
/** Our own faults and a broken proxy are tried again after this, ms, and cost the customer no attempt. */
const OWN_FAULT_WAIT = 10_000;
const OWN_FAULTS = new Set(['proxy', 'aborted', 'internal']);

const logger = new LineLogger('WebhookSender');

/** The answer's head arrived: what follows from its status. `now`: epoch ms on the database's clock. */
export function classifyResponse(
  delivery: LeasedDelivery,
  response: HttpResponse,
  startedAt: number,
  schedule: RetrySchedule,
  now: number,
): Outcome {
  const { profile } = delivery.destination;
  const fine = response.status >= 200 && response.status < 300;
  const success = ruled(profile, 'isSuccess', () => profile.isSuccess(response.status), fine);
  const attempt: AttemptResult = {
    number: delivery.attempts + 1,
    startedAt,
    durationMs: response.durationMs,
    status: response.status,
    error: success ? null : 'http',
    response: response.body,
  };
  if (success) return { ...finish(delivery, 'delivered'), attempt };
  const verdict = verdictOn(delivery, attempt);
  if (response.status === 410 && profile.disablesOnGone && verdict !== 'ignore') {
    return {
      ...finish(delivery, 'discarded', 'endpoint-gone'),
      attempt,
      failure: true,
      disable: 'endpoint-gone',
    };
  }
  const throttled = profile.honoursRetryAfter && THROTTLES.has(response.status);
  const asked = throttled ? (parseRetryAfter(response.retryAfter, now) ?? 0) : 0;
  return { ...afterFailure(delivery, attempt, verdict, schedule, asked), pauseLaneMs: asked };
}

/** No head arrived. */
export function classifyError(
  delivery: LeasedDelivery,
  error: unknown,
  startedAt: number,
  schedule: RetrySchedule,
): Outcome {
  const code = error instanceof HttpError ? error.code : 'internal';
  if (OWN_FAULTS.has(code)) return returnToLane(delivery, code === 'aborted' ? 0 : OWN_FAULT_WAIT);
  const attempt: AttemptResult = {
    number: delivery.attempts + 1,
    startedAt,
    durationMs: Math.round(performance.now() - startedAt),
    status: null,
    error: code,
    response: '',
  };
  return afterFailure(delivery, attempt, verdictOn(delivery, attempt), schedule, 0);
}

function verdictOn(
  { destination: target }: LeasedDelivery,
  { status, error }: AttemptResult,
): FailureVerdict {
  const { profile } = target;
  return ruled(profile, 'onFailure', () => profile.onFailure({ status, error: error! }, target), 'retry');
}

/**
 * What a rule of a profile says. One of the host's own may throw: the request was made all the same, so its attempt has to
 * be on record and its schedule to go on, as `otherwise` says.
 */
function ruled<T>(profile: Profile, rule: 'isSuccess' | 'onFailure', ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch (error) {
    logger.error(`Profile "${profile.name}": ${rule} failed (${(error as Error).message})`);
    return otherwise;
  }
}

function afterFailure(
  delivery: LeasedDelivery,
  attempt: AttemptResult,
  verdict: FailureVerdict,
  schedule: RetrySchedule,
  askedMs: number,
): Outcome {
  if (verdict === 'ignore') return { ...finish(delivery, 'discarded', 'ignored'), attempt };
  const wait = verdict === 'retry' ? waitAfter(schedule, attempt.number - delivery.attemptsBefore) : null;
  if (wait === null) {
    const reason = verdict === 'retry' ? 'retries-used-up' : 'not-retryable';
    return { ...finish(delivery, 'exhausted', reason), attempt, failure: true };
  }
  return { ...returnToLane(delivery, Math.max(wait, askedMs)), attempt, failure: true };
}

/** Back to waiting. Without an attempt it costs none. `obstacle`: why it could not be sent. */
export function returnToLane(
  delivery: LeasedDelivery,
  delayMs: number,
  obstacle: BlockedReason | null = null,
): Outcome {
  return { ...finish(delivery, 'delivered', obstacle), state: 'pending', delayMs };
}

/** The end of a delivery. */
export function finish(
  delivery: LeasedDelivery,
  state: 'delivered' | 'exhausted' | 'discarded',
  reason: Outcome['reason'] = null,
): Outcome {
  return {
    delivery,
    state,
    reason,
    delayMs: 0,
    attempt: null,
    failure: false,
    pauseLaneMs: 0,
    disable: null,
  };
}
