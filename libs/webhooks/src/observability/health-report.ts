import type { HealthWarning } from './health.js';

/** When something counts as a problem. Times in ms. */
export interface HealthThresholds {
  /** An event or a due queue has waited this long for a worker: degraded. Default 5 minutes. */
  degradedAfterMs?: number;
  /** An event or a due queue has waited this long for a worker: down. Default 1 hour. */
  downAfterMs?: number;
  /**
   * The worker of this process has not completed a step of its loop for this long: down. Default 1 minute; never less than
   * twice `worker.idlePollMs`.
   */
  stalledAfterMs?: number;
  /** The database has not responded after this long: down. Default 5 s. */
  timeoutMs?: number;
}

/** `degraded`: still serving, but somebody should look. `down`: nothing is delivered, or much too late. */
export type HealthStatus = 'up' | 'degraded' | 'down';

/** Something that is wrong, and what to do about it. */
export interface HealthProblem {
  status: Exclude<HealthStatus, 'up'>;
  kind: HealthWarning['kind'] | 'database' | 'worker-stalled' | 'backlog';
  message: string;
}

/** Whether deliveries work. A customer's failing, slow or paused endpoint does not affect the report. */
export interface HealthReport {
  /** The status of the worst problem; `up` if there is no problem. */
  status: HealthStatus;
  problems: HealthProblem[];
  /** How long (ms) the oldest event or due queue has waited for a worker; `null` if the database did not respond. */
  waitMs: number | null;
  /** Time (ms) since the worker of this process completed a step of its loop; `null` if no worker runs here. */
  pollAgeMs: number | null;
}

/** Returns the status of the worst problem, or `up` if there is no problem. */
export function statusOf(problems: readonly HealthProblem[]): HealthStatus {
  if (problems.some(({ status }) => status === 'down')) return 'down';
  return problems.length > 0 ? 'degraded' : 'up';
}
