import type { Session } from '../store/postgres/connection/session.js';
import { WebhooksSetupError } from '../core/errors.js';
import type { Profile } from '../profiles/profile.js';

/**
 * Throws {@link WebhooksSetupError} where endpoints or accounts name a profile that this host does not have: their events
 * could not be rendered, and would be discarded one after the other.
 */
export async function checkStoredProfiles(
  database: Session,
  profiles: ReadonlyMap<string, Profile>,
): Promise<void> {
  const { endpoints, accounts } = database.tables;
  const unknown = await database.query<{ name: string; endpoints: number; accounts: number }>(
    `select name, sum(endpoints)::int as endpoints, sum(accounts)::int as accounts
       from (
         select profile as name, 1 as endpoints, 0 as accounts from ${endpoints} where deleted_at is null
         union all
         select default_profile, 0, 1 from ${accounts}
       ) used
      where name <> all($1::text[])
      group by name
      order by name`,
    [[...profiles.keys()]],
  );
  if (unknown.length === 0) return;
  const who = unknown.map(
    (each) => `"${each.name}" (${each.endpoints} endpoints, ${each.accounts} accounts)`,
  );
  throw new WebhooksSetupError(
    `WebhooksModule: this host does not have the profile ${who.join(', ')}. ` +
      'Add it to profiles again, or delete what uses it before you take it away: its events would be discarded.',
  );
}
