import type { AlertKind } from '../core/states.js';
import type {
  AlertCount,
  AlertStore,
  FailureCount,
  FailureSelection,
  HeldSelection,
} from '../store/alert-store.js';
import type { ClaimedAlert } from './claimed-alert.js';

/** The first failed attempt of an outage may have begun up to this long before the stored start of the outage. */
const MAX_ATTEMPT_MS = 60_000;

const WITHOUT_CAUSE: ReadonlySet<AlertKind> = new Set(['endpoint.recovered', 'endpoint.backlog_filling']);

/**
 * What an alert is about. The facts are read when the alert is sent, so that they include what has happened since the
 * alert was created.
 */
export interface AlertFacts {
  /** The most frequent first. */
  causes: FailureCount[];
  /** Only in a summary: the alerts that were not mailed, by kind. */
  held: AlertCount[];
}

/** Returns the facts of each alert, or why these facts cannot be read. Reads the facts of all alerts together. */
export async function readAlertFacts(
  store: AlertStore,
  alerts: readonly ClaimedAlert[],
): Promise<(AlertFacts | Error)[]> {
  try {
    return await readTogether(store, alerts);
  } catch (error) {
    if (alerts.length === 1) return [error as Error];
    // One row that somebody changed by hand must not hold up the other alerts.
    return (await Promise.all(alerts.map((alert) => readAlertFacts(store, [alert])))).flat();
  }
}

async function readTogether(store: AlertStore, alerts: readonly ClaimedAlert[]): Promise<AlertFacts[]> {
  const facts = alerts.map((): AlertFacts => ({ causes: [], held: [] }));
  const failures = withPlaces(alerts.map(failuresOf));
  if (failures.length > 0) {
    const counts = await store.countFailureCauses(failures.map(({ selection }) => selection));
    failures.forEach(({ place }, i) => (facts[place]!.causes = counts[i]!));
  }
  const summaries = withPlaces(alerts.map(heldFor));
  if (summaries.length > 0) {
    const counts = await store.countHeldAlerts(summaries.map(({ selection }) => selection));
    summaries.forEach(({ place }, i) => (facts[place]!.held = counts[i]!));
  }
  return facts;
}

/**
 * The deliveries whose failures the alert is about. `null`: there are none, for example if the endpoint has recovered, or
 * if an operator has disabled it.
 */
function failuresOf({ kind, createdAt, data }: ClaimedAlert): FailureSelection | null {
  const { lane: laneId, since, reason } = data ?? {};
  if (kind === 'alerts.summary' || laneId === undefined || WITHOUT_CAUSE.has(kind) || reason === 'operator')
    return null;
  return kind === 'delivery.exhausted'
    ? { laneId, which: 'exhausted', since: createdAt }
    : { laneId, which: 'attempted', since: (since ?? createdAt) - MAX_ATTEMPT_MS };
}

function heldFor({ kind, tenantId, recipient, data }: ClaimedAlert): HeldSelection | null {
  if (kind !== 'alerts.summary' || data === null) return null;
  return { tenantId, recipient: recipient!, day: data.day! };
}

function withPlaces<Selection>(selections: readonly (Selection | null)[]) {
  return selections.flatMap((selection, place) => (selection === null ? [] : [{ selection, place }]));
}
