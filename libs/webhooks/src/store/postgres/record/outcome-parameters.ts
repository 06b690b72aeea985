import type { FailureAlert, RecordableOutcome } from '../../outcome-store.js';

/*
 * Outcomes as arrays that `unnest` turns into rows. They are read directly from the engine's objects, because recording is
 * a hot path.
 */

/** Ids, leases and numbers of attempts, which identify the outcomes. */
export function identityColumns(outcomes: readonly RecordableOutcome[]): unknown[] {
  return [
    outcomes.map(({ delivery }) => delivery.id),
    outcomes.map(({ delivery }) => delivery.leaseId),
    outcomes.map(({ attempt }) => attempt?.number ?? null),
  ];
}

/** Age, duration, status and response of the attempts. Sends ages instead of times, because the database's clock may differ. */
export function attemptColumns(outcomes: readonly RecordableOutcome[]): unknown[] {
  const time = performance.now();
  return [
    outcomes.map(({ attempt }) => (attempt ? Math.round(time - attempt.startedAt) : null)),
    outcomes.map(({ attempt }) => (attempt ? Math.round(attempt.durationMs) : null)),
    outcomes.map(({ attempt }) => attempt?.status ?? null),
    outcomes.map(({ attempt }) => attempt?.response ?? null),
  ];
}

/** All other parameters of the outcomes, except the headers of responses. */
export function resultColumns(outcomes: readonly RecordableOutcome[]): unknown[] {
  return [
    outcomes.map(({ attempt }) => attempt?.error ?? null),
    outcomes.map(({ state }) => state),
    outcomes.map(({ reason }) => reason),
    outcomes.map(({ delayMs }) => delayMs),
    outcomes.map(({ failure }) => failure),
    outcomes.map(({ pauseLaneMs }) => pauseLaneMs),
    outcomes.map(({ releasesLane }) => releasesLane),
    outcomes.map(({ delivery }) => delivery.isExclusive),
    outcomes.map(({ delivery }) => delivery.isCounted),
    outcomes.map(({ delivery }) => delivery.attemptAt),
  ];
}

/**
 * The headers of failed responses, with the number of their attempt. A process of an earlier release records an attempt
 * without replacing the headers. The number then shows that the stored headers belong to an older attempt.
 */
export function headerColumn(outcomes: readonly RecordableOutcome[]): (string | null)[] {
  return outcomes.map(({ attempt }) =>
    attempt?.responseHeaders
      ? JSON.stringify({ attempt: attempt.number, headers: attempt.responseHeaders })
      : null,
  );
}

export function failureAlertColumns(alerts: readonly FailureAlert[]): unknown[] {
  return [
    alerts.map(({ deliveryId }) => deliveryId),
    alerts.map(({ kind }) => kind),
    alerts.map(({ scope }) => scope),
    alerts.map(({ everyMs }) => everyMs),
    alerts.map(({ data }) => data),
  ];
}
