import type { DataSource } from 'typeorm';
import { WebhooksSetupError } from '../../core/errors.js';
import { Session } from './connection/session.js';

/** The module's view of the host's data source. Throws {@link WebhooksSetupError} where it cannot serve. */
export function createPostgresStore(dataSource: DataSource): Session {
  const { type } = dataSource.options;
  if (type !== 'postgres') {
    throw new WebhooksSetupError(
      `WebhooksModule works on PostgreSQL for now; this data source is "${type}". Name a PostgreSQL one: forRoot({ dataSource: 'name' }).`,
    );
  }
  if (!dataSource.isInitialized) {
    throw new WebhooksSetupError(
      'The data source handed to WebhooksModule is not connected: await dataSource.initialize() before the app is created.',
    );
  }
  return new Session(dataSource);
}
