interface Plan {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

/** A row of `explain (analyze, format json)`. */
export interface Explained {
  'QUERY PLAN': [{ Plan: Plan }];
}

/** Rows of tables that a statement has read. */
export const rowsRead = (row: Explained): number => rowsOf(row['QUERY PLAN'][0].Plan);

function rowsOf(plan: Plan): number {
  const own = plan['Relation Name']
    ? (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops']
    : 0;
  return own + (plan.Plans ?? []).reduce((sum, each) => sum + rowsOf(each), 0);
}
