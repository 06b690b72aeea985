interface Plan {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Join Filter'?: number;
  Plans?: Plan[];
}

/** A row of `explain (analyze, format json)`. */
export interface Explained {
  'QUERY PLAN': [{ Plan: Plan }];
}

/** How many table rows a statement has read. */
export const rowsRead = (row: Explained): number =>
  sumOf(row, (plan) => ('Relation Name' in plan ? rowsOf(plan) : 0));

/** How many rows all steps of a statement have processed: table rows, and rows that the other steps return or filter out. */
export const rowsCompared = (row: Explained): number => sumOf(row, rowsOf);

function rowsOf(plan: Plan): number {
  const removed = (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Join Filter'] ?? 0);
  return (plan['Actual Rows'] + removed) * plan['Actual Loops'];
}

function sumOf(row: Explained, rows: (plan: Plan) => number): number {
  const sum = (plan: Plan): number =>
    (plan.Plans ?? []).reduce((total, each) => total + sum(each), rows(plan));
  return sum(row['QUERY PLAN'][0].Plan);
}
