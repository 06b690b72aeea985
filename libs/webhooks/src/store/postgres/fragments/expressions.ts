/**
 * SQL that is true where `condition` is, and tells the planner nothing. What it would make of it, that hardly a row is
 * being sent, is wrong for the rows of a batch, and a plan for one row takes the square of their number.
 */
export function opaque(condition: string): string {
  return `case when ${condition} then true else false end`;
}
