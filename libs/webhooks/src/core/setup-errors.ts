import { WebhooksSetupError } from './errors.js';

/** The database is not encoded in UTF-8. The host's transaction would fail at an event with text that cannot be stored. */
export class DatabaseEncodingError extends WebhooksSetupError {
  override readonly name = 'DatabaseEncodingError';

  constructor(
    readonly database: string,
    /** Such as `LATIN1` or `SQL_ASCII`. */
    readonly encoding: string,
  ) {
    super(
      `WebhooksModule: the database "${database}" has the encoding ${encoding}, which cannot store every text of an event. ` +
        `Use a database with the encoding UTF8: create database "…" encoding 'UTF8' template template0, and restore a dump of "${database}" into it.`,
    );
  }
}

/** Rights on a table, a sequence or a schema. */
export interface MissingRight {
  rights: string[];
  /** Such as `table "webhook_events"`. */
  on: string;
}

/** The database role of the data source lacks rights that this process needs. */
export class MissingRightsError extends WebhooksSetupError {
  override readonly name = 'MissingRightsError';
  /** The statements that grant what is missing. */
  readonly grants: string[];

  constructor(
    /** The database role. */
    readonly user: string,
    readonly missing: readonly MissingRight[],
  ) {
    const grantee = `"${user.replaceAll('"', '""')}"`;
    const grants = missing.map(({ rights, on }) => `grant ${rights.join(', ')} on ${on} to ${grantee};`);
    super(
      `WebhooksModule: the database role ${grantee} lacks rights that this process needs. Run as the owner of the tables: ${grants.join(' ')}`,
    );
    this.grants = grants;
  }
}
