import { STABLE_PLAN } from '../fragments/expressions.js';
import { unlessSilent } from './guarded-connection.js';
import type { PgClient } from './own-parsers.js';

/** What this needs of a `pg` client. */
interface Client extends PgClient {
  query(text: string): Promise<unknown>;
  query(statement: Parameters<PgClient['query']>[0]): ReturnType<PgClient['query']>;
  end(): Promise<void>;
}

/**
 * The connection that a worker listens on, used for its small statements too. It is nobody else's, so it has the settings
 * that suit them: each is planned once, and the plan does not depend on the sizes that the tables had then.
 */
export class WorkerConnection {
  private isInUse = false;

  private constructor(private readonly client: Client) {}

  static async of(client: Client): Promise<WorkerConnection> {
    await client.query(`select ${setForSession()}`);
    return new WorkerConnection(client);
  }

  /** No statement runs on it. */
  get isFree(): boolean {
    return !this.isInUse;
  }

  /** After `silenceMs` without an answer the connection is closed, and this throws {@link DatabaseTimeoutError}. */
  async use<T>(silenceMs: number, work: (client: PgClient) => Promise<T>): Promise<T> {
    this.isInUse = true;
    try {
      // A connection with a statement under way is broken off, so nobody waits for its end.
      return await unlessSilent(
        work(this.client),
        silenceMs,
        () => void this.client.end().catch(() => undefined),
      );
    } finally {
      this.isInUse = false;
    }
  }
}

function setForSession(): string {
  const settings = Object.entries(STABLE_PLAN).map(([name, value]) => [name, `'${value}'`]);
  // For people who look at pg_stat_activity.
  const name = `concat_ws(' ', nullif(current_setting('application_name'), ''), '(webhooks worker)')`;
  return [...settings, ['application_name', name]]
    .map(([setting, value]) => `set_config('${setting}', ${value}, false)`)
    .join(', ');
}
