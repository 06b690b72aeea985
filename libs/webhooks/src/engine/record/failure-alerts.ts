import { createHash } from 'node:crypto';
import type { AlertData } from '../../store/alert-store.js';
import type { FailureAlert } from '../../store/postgres/record/outcome-alerts.js';
import type { Session } from '../../store/postgres/connection/session.js';
import { encodeDeliveryId } from '../../core/ids.js';
import { accountNumberOf } from '../../events/account-number.js';
import { tryParseJson } from '../../core/parse-json.js';
import type { Outcome } from '../send/outcome.js';

/** Limit of a profile that names none, ms. */
const HOUR = 3_600_000;
/** Events whose data is read in one go: data may be large. */
const BATCH = 50;

/**
 * The failures among `outcomes` whose profile mails the endpoint's owner. Asks the database only where the limit counts
 * by phone number.
 */
export async function failureAlertsOf(
  database: Session,
  outcomes: readonly Outcome[],
): Promise<FailureAlert[]> {
  const found = outcomes.flatMap((outcome) => kindsOf(outcome).map((kind) => ({ kind, outcome })));
  if (found.length === 0) return [];
  const byNumber = found.filter(({ outcome }) => rulesOf(outcome).scope === 'phone-number');
  const numbers = await ownNumbers(
    database,
    byNumber.map(({ outcome }) => outcome.delivery.sequence),
  );
  return found.map(({ kind, outcome }) => {
    const everyMs = rulesOf(outcome).atMostEveryMs ?? HOUR;
    return {
      deliveryId: outcome.delivery.id,
      kind,
      scope: everyMs > 0 ? scopeOf(outcome, numbers) : attemptScope(outcome),
      everyMs: everyMs || HOUR,
      data: JSON.stringify(dataOf(outcome)),
    };
  });
}

const rulesOf = (outcome: Outcome) => outcome.delivery.destination.profile.alerts;

function kindsOf(outcome: Outcome): FailureAlert['kind'][] {
  if (!outcome.failure) return [];
  const { onExhausted, onEveryFailure } = rulesOf(outcome);
  const kinds: FailureAlert['kind'][] = [];
  if (onExhausted && outcome.state === 'exhausted') kinds.push('delivery.exhausted');
  if (onEveryFailure && outcome.delivery.destination.sendAlertEmail) kinds.push('delivery.failed');
  return kinds;
}

/** A number is hashed: it belongs to the tenant's customers, and the key stays for weeks. */
function scopeOf({ delivery }: Outcome, numbers: ReadonlyMap<string, string>): string {
  const { tenantId, laneId } = delivery.destination;
  const number = numbers.get(delivery.sequence);
  if (number === undefined) return `lane-${laneId}`;
  const digits = number.replace(/\D/g, '');
  return `number-${createHash('sha256').update(`${tenantId} ${digits}`).digest('hex').slice(0, 32)}`;
}

/** Without a limit each attempt counts for itself. */
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

/** The account's own number in the events that have one, by the events' number. */
async function ownNumbers(database: Session, sequences: readonly string[]): Promise<Map<string, string>> {
  const numbers = new Map<string, string>();
  const wanted = [...new Set(sequences)];
  for (let start = 0; start < wanted.length; start += BATCH) {
    const rows = await database.query<{ sequence: string; data: string }>(
      `select sequence, data from ${database.tables.events} where sequence = any($1::bigint[])`,
      [wanted.slice(start, start + BATCH)],
    );
    for (const { sequence, data } of rows) {
      const number = accountNumberOf(tryParseJson(data));
      if (number !== null) numbers.set(sequence, number);
    }
  }
  return numbers;
}
