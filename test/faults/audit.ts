/**
 * SQL that fills the table `audit` with what the module's own tables do not show:
 * - `take-over`: a delivery was in flight, and its lease ended without an outcome (crash, lost lease, lost answer);
 * - `given-back`: a worker put a delivery back into its lane without an outcome, perhaps after aborting the request (shutdown);
 * - `revived`: a delivery had ended, and then its state changed (after a manual retry, or by a fault).
 *
 * Rows that retention deletes are copied to `gone_…`, so that everything can still be reconciled.
 */
export const AUDIT = `
  create table audit (kind text not null, delivery_id bigint not null, at timestamptz not null default clock_timestamp());
  create table gone_events (like webhook_events);
  create table gone_deliveries (like webhook_deliveries);
  create table gone_attempts (like webhook_attempts);
  create function note_change() returns trigger language plpgsql as $$
  begin
    insert into audit (kind, delivery_id) values (tg_argv[0], new.id);
    return null;
  end $$;
  create function keep_aside() returns trigger language plpgsql as $$
  begin
    execute format('insert into %I select ($1).*', tg_argv[0]) using old;
    return null;
  end $$;
`;

/** These triggers belong to the module's tables. A `down` migration drops them together with the tables. */
export const AUDIT_TRIGGERS = `
  create trigger take_over after update on webhook_deliveries for each row
    when (old.state = 'sending' and new.lease_id is distinct from old.lease_id)
    execute function note_change('take-over');
  create trigger given_back after update on webhook_deliveries for each row
    when (old.state = 'sending' and new.state = 'pending' and new.attempts = old.attempts and new.lease_id = old.lease_id)
    execute function note_change('given-back');
  create trigger revived after update on webhook_deliveries for each row
    when (old.state in ('delivered', 'exhausted', 'discarded') and new.state <> old.state)
    execute function note_change('revived');
  create trigger gone after delete on webhook_events for each row execute function keep_aside('gone_events');
  create trigger gone after delete on webhook_deliveries for each row execute function keep_aside('gone_deliveries');
  create trigger gone after delete on webhook_attempts for each row execute function keep_aside('gone_attempts');
`;
