import type { DataSource } from 'typeorm';
import { WebhooksSetupError } from '../../core/errors.js';
import { CommitListener } from '../typeorm/commit-listener.js';
import { NotifyChannel } from './connection/notify-channel.js';
import { Session } from './connection/session.js';
import { PostgresStore } from './postgres-store.js';

/** The store on the data source of `session`. */
export function createPostgresStore(session: Session): PostgresStore {
  return new PostgresStore(session, new CommitListener(session.dataSource), new NotifyChannel(session));
}

/** Throws {@link WebhooksSetupError} if the data source is not PostgreSQL, or not connected. */
export function createSession(dataSource: DataSource): Session {
  const { type } = dataSource.options;
  if (type !== 'postgres') {
    throw new WebhooksSetupError(
      `WebhooksModule works on PostgreSQL for now; this data source is "${type}". Set the option dataSource to a PostgreSQL data source.`,
    );
  }
  if (!dataSource.isInitialized) {
    throw new WebhooksSetupError(
      'The data source passed to WebhooksModule is not connected: await dataSource.initialize() before the app is created.',
    );
  }
  return new Session(dataSource);
}
