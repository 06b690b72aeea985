import { createHash } from 'node:crypto';
import { encodeDeliveryId } from '../../core/ids.js';
import { accountNumberOf } from '../../events/account-number.js';
import type { AlertData } from '../../store/alert-store.js';
import type { OutboxStore } from '../../store/outbox-store.js';
import type { FailureAlert } from '../../store/outcome-store.js';
import type { Outcome } from '../send/outcome.js';

/** Minimum time between two alerts of a scope, if the profile names no time. */
const DEFAULT_EVERY_MS = 3_600_000;
/** Maximum number of events whose data is read at once: data may be large. */
const MAX_EVENTS_PER_READ = 50;

/**
 * Returns the alerts about the failures among `outcomes`, as their profiles demand: zero to two alerts for each failure.
 * Reads events only for profiles that limit alerts by phone number.
 */
export async function failureAlertsOf(
  store: OutboxStore,
  outcomes: readonly Outcome[],
): Promise<FailureAlert[]> {
  const failures = outcomes.flatMap((outcome) => kindsOf(outcome).map((kind) => ({ kind, outcome })));
  if (failures.length === 0) return [];
  const byNumber = failures.filter(({ outcome }) => isByNumber(outcome));
  const numbers = await readAccountNumbers(
    store,
    byNumber.map(({ outcome }) => outcome.delivery.sequence),
  );
  return failures.map(({ kind, outcome }) => {
    const everyMs = rulesOf(outcome).atMostEveryMs ?? DEFAULT_EVERY_MS;
    return {
      deliveryId: outcome.delivery.id,
      kind,
      scope: everyMs > 0 ? scopeOf(outcome, numbers) : attemptScope(outcome),
      everyMs: everyMs || DEFAULT_EVERY_MS,
      data: JSON.stringify(dataOf(outcome)),
    };
  });
}

const rulesOf = (outcome: Outcome) => outcome.delivery.destination.profile.alerts;
const isByNumber = (outcome: Outcome) => rulesOf(outcome).scope === 'phone-number';

function kindsOf(outcome: Outcome): FailureAlert['kind'][] {
  if (!outcome.failure) return [];
  const { onExhausted, onEveryFailure } = rulesOf(outcome);
  const kinds: FailureAlert['kind'][] = [];
  if (onExhausted && outcome.state === 'exhausted') kinds.push('delivery.exhausted');
  if (onEveryFailure && outcome.delivery.destination.sendAlertEmail) kinds.push('delivery.failed');
  return kinds;
}

/**
 * Alerts are limited by the account's phone number if the profile says so and the event has such a number, otherwise by
 * lane. The number is hashed, because it is stored for weeks.
 */
function scopeOf(outcome: Outcome, numbers: ReadonlyMap<string, string>): string {
  const { sequence, destination } = outcome.delivery;
  const { tenantId, laneId } = destination;
  const number = isByNumber(outcome) ? numbers.get(sequence) : undefined;
  if (number === undefined) return `lane-${laneId}`;
  const digits = number.replace(/\D/g, '');
  return `number-${createHash('sha256').update(`${tenantId} ${digits}`).digest('hex').slice(0, 32)}`;
}

/** Without a limit, each attempt is a scope of its own. */
function attemptScope({ delivery, attempt }: Outcome): string {
  return `${encodeDeliveryId(delivery.id)}-${attempt?.number ?? delivery.attempts}`;
}

function dataOf({ delivery, attempt, reason }: Outcome): AlertData {
  return {
    lane: delivery.destination.laneId,
    origin: delivery.callbackUrl === null ? null : new URL(delivery.callbackUrl).origin,
    deliveryId: encodeDeliveryId(delivery.id),
    eventType: delivery.eventType,
    attempt: attempt?.number,
    status: attempt?.status ?? null,
    error: attempt?.error ?? reason,
  };
}

/** The account's own number in each event that has one, by the event's sequence. */
async function readAccountNumbers(
  store: OutboxStore,
  sequences: readonly string[],
): Promise<Map<string, string>> {
  const numbers = new Map<string, string>();
  const unique = [...new Set(sequences)];
  for (let start = 0; start < unique.length; start += MAX_EVENTS_PER_READ) {
    const data = await store.readEventData(unique.slice(start, start + MAX_EVENTS_PER_READ));
    for (const [sequence, value] of data) {
      const number = accountNumberOf(value);
      if (number !== null) numbers.set(sequence, number);
    }
  }
  return numbers;
}
