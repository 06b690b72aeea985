import { FAILING_LANE_STEP_MS } from '../../lane-rules.js';

/**
 * SQL for "now" as epoch milliseconds on the database's clock, shifted by the offset bound as parameter `$n`.
 * `statement_timestamp()` is stable within a statement, so an index can be searched with it.
 */
export function nowMs(parameter: number): string {
  return `(floor(extract(epoch from statement_timestamp()) * 1000)::bigint + $${parameter}::bigint)`;
}

/** SQL for the time of `instant`, or the first one after it, at which a failing lane may be due: `FAILING_LANE_STEP_MS`. */
export function nextStep(instant: string): string {
  return `((${instant} + ${FAILING_LANE_STEP_MS - 1}) / ${FAILING_LANE_STEP_MS} * ${FAILING_LANE_STEP_MS})`;
}

/**
 * SQL that makes the server end this transaction, and free what it locked, where its client says nothing for the
 * milliseconds bound as parameter `$n`. Else a worker that was cut off would keep its locks for hours.
 */
export function endIfIdle(parameter: number): string {
  return `set_config('idle_in_transaction_session_timeout', $${parameter}::text, true)`;
}

/**
 * SQL that lets this transaction's commit return before it is on the disk. For claims of deliveries alone: one that a
 * crash of the machine undoes is made again, and whatever is recorded later is written behind it, or not at all. Never
 * where numbers are drawn: a crash would give them to others, and a late answer would count for those.
 */
export function commitAsync(): string {
  return `set_config('synchronous_commit', 'off', true)`;
}

/**
 * Settings with which prepared statements go row by row through indexes, whatever the planner thinks of the tables: right
 * for a batch at any size, so that one plan serves for ever.
 */
export const STABLE_PLAN: Readonly<Record<string, string>> = {
  plan_cache_mode: 'force_generic_plan',
  ...off('seqscan', 'hashjoin', 'mergejoin'),
};

/** SQL that makes the {@link STABLE_PLAN} settings those of the rest of this transaction. */
export function useStablePlan(): string {
  return Object.entries(STABLE_PLAN)
    .map(([name, value]) => `set_config('${name}', '${value}', true)`)
    .join(', ');
}

function off(...methods: string[]): Record<string, string> {
  return Object.fromEntries(methods.map((method) => [`enable_${method}`, 'off']));
}

/**
 * SQL that is true where `condition` is, and tells the planner nothing. What it would make of it, that hardly a row is
 * being sent, is wrong for the rows of a batch, and a plan for one row takes the square of their number.
 */
export function opaque(condition: string): string {
  return `case when ${condition} then true else false end`;
}
