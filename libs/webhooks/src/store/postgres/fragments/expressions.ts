import { FAILING_LANE_STEP_MS } from '../../lane-rules.js';

/**
 * SQL for "now" as epoch milliseconds on the database's clock, plus the offset (ms) in parameter `$n`.
 * `statement_timestamp()` is stable within a statement, so an index can be searched with it.
 */
export function nowMs(parameter: number): string {
  return `(floor(extract(epoch from statement_timestamp()) * 1000)::bigint + $${parameter}::bigint)`;
}

/** SQL for the first multiple of `FAILING_LANE_STEP_MS` at or after `instant`. */
export function nextStep(instant: string): string {
  return `((${instant} + ${FAILING_LANE_STEP_MS - 1}) / ${FAILING_LANE_STEP_MS} * ${FAILING_LANE_STEP_MS})`;
}

/**
 * SQL that makes the server end this transaction, and free its locks, if the client is silent for longer than the time (ms)
 * in parameter `$n`. Without this setting, a worker that has lost its connection would keep its locks for hours.
 */
export function endIfIdle(parameter: number): string {
  return `set_config('idle_in_transaction_session_timeout', $${parameter}::text, true)`;
}

/**
 * SQL that lets this transaction's commit return before it is on disk. Only for claims of deliveries: if a crash of the
 * database undoes a claim, no outcome of this claim was stored, and the deliveries are claimed again. Never use it in a
 * transaction that draws ids from a sequence: after a crash, another transaction would draw the same ids. Two leases could
 * then have the same id, and a late outcome of the old lease would count for the new lease.
 */
export function commitAsync(): string {
  return `set_config('synchronous_commit', 'off', true)`;
}

/**
 * Settings that make prepared statements use indexes row by row, whatever the planner assumes about the tables. Such a plan
 * is right for a batch at any size of the tables, so it never needs to change.
 */
export const STABLE_PLAN: Readonly<Record<string, string>> = {
  plan_cache_mode: 'force_generic_plan',
  ...off('seqscan', 'hashjoin', 'mergejoin'),
};

/** SQL that applies the {@link STABLE_PLAN} settings until this transaction ends. */
export function useStablePlan(): string {
  return Object.entries(STABLE_PLAN)
    .map(([name, value]) => `set_config('${name}', '${value}', true)`)
    .join(', ');
}

function off(...methods: string[]): Record<string, string> {
  return Object.fromEntries(methods.map((method) => [`enable_${method}`, 'off']));
}

/**
 * SQL that is true if `condition` is true, but hides the condition from the planner. From a condition such as
 * `state = 'sending'`, the planner concludes that hardly any row matches, and plans for one row. In a batch of leased
 * deliveries, almost all rows match, and that plan would take quadratic time.
 */
export function opaque(condition: string): string {
  return `case when ${condition} then true else false end`;
}
