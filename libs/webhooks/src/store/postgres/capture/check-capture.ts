import { WebhooksNotReadyError, WebhooksSetupError } from '../../../core/errors.js';
import type { CapturedColumn } from '../../change-store.js';
import { captureFunction } from '../../schema/capture/capture-function.js';
import { captureTriggers } from '../../schema/capture/capture-triggers.js';
import { type CapturedTable, capturedTable } from '../../schema/capture/captured-table.js';
import type { Session } from '../connection/session.js';
import { hasPendingCapture } from '../setup/pending-migrations.js';

/** A trigger as the database has it. */
interface TriggerRow {
  name: string;
  type: number;
  /** `D`: disabled. `R`: enabled only on a replica. */
  enabled: string;
  columns: string[];
  /** The capture's name. */
  argument: string;
}

export async function checkCapture(session: Session, captured: CapturedColumn): Promise<string> {
  const table = capturedTable(session.dataSource, captured);
  const found = await readTriggers(session, table);
  const expected = captureTriggers(session.dataSource, captured, table);
  const problem = expected
    .map(({ name, type, columns }) => {
      const trigger = found.find((each) => each.name === name);
      if (!trigger) return `has no trigger ${name}`;
      if (!['O', 'A'].includes(trigger.enabled)) return `has the trigger ${name}, but it is disabled`;
      const fits =
        trigger.type === type &&
        trigger.argument === table.name &&
        trigger.columns.toSorted().join() === columns.toSorted().join();
      return fits ? null : `has a trigger ${name} for another capture than this one`;
    })
    .find((each) => each !== null);
  const surplus = found.find(
    ({ name, argument }) => argument === table.name && expected.every((trigger) => trigger.name !== name),
  );
  const mismatch =
    problem ?? (surplus ? `has a trigger ${surplus.name} that this capture does not ask for` : null);
  if (mismatch === null) return table.name;
  if (await hasPendingCapture(session.dataSource, (sql) => session.query(sql), captured)) {
    session.refusal = new WebhooksNotReadyError(
      `Changes of ${table.table} are to be captured, but the table ${mismatch}: run the migrations before the app starts (or set \`migrationsRun: true\`).`,
    );
    throw session.refusal;
  }
  throw toSetupError(captured, table, mismatch);
}

async function readTriggers(session: Session, { table }: CapturedTable): Promise<TriggerRow[]> {
  return session.query<TriggerRow>(
    `select t.tgname as name, t.tgtype::int as type, t.tgenabled as enabled,
            to_json(array(
              select distinct a.attname::text
                from pg_depend d
                join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
               where d.classid = 'pg_trigger'::regclass and d.objid = t.oid
                 and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0)) as columns,
            convert_from(substring(t.tgargs from 1 for greatest(octet_length(t.tgargs) - 1, 0)), getdatabaseencoding()) as argument
       from pg_trigger t
      where t.tgrelid = to_regclass($1) and t.tgfoid = to_regproc($2) and not t.tgisinternal`,
    [table, captureFunction(session.dataSource)],
  );
}

function toSetupError(
  captured: CapturedColumn,
  { metadata, table, column }: CapturedTable,
  problem: string,
): WebhooksSetupError {
  const options = [
    `column: '${captured.column}'`,
    ...(captured.insert ? ['insert: true'] : []),
    ...(captured.delete ? ['delete: true'] : []),
  ].join(', ');
  const property = column.propertyName;
  const className = `Capture${metadata.targetName}${property[0]!.toUpperCase()}${property.slice(1)}${Date.now()}`;
  return new WebhooksSetupError(
    `WebhooksModule: changes of ${table} are to be captured, but the table ${problem}. Add this migration to the data source, and run it: ` +
      `export class ${className} extends captureMigration(${metadata.targetName}, { ${options} }) {}`,
  );
}
