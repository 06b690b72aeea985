import { STABLE_PLAN } from '../fragments/expressions.js';
import { unlessSilent } from './guarded-connection.js';
import type { PgClient } from './own-parsers.js';

/** The part of a `pg` client that is used here. */
interface Client extends PgClient {
  end(): Promise<void>;
}

/**
 * The connection on which a worker listens and runs its small statements. Nobody else uses it, so its settings can suit
 * these statements: each statement is planned once, and the plan does not depend on the sizes of the tables at that time.
 */
export class WorkerConnection {
  private last: Promise<unknown> = Promise.resolve();
  private isBrokenOff = false;

  private constructor(private readonly client: Client) {}

  static async of(client: Client): Promise<WorkerConnection> {
    await client.query({ text: `select ${setForSession()}` });
    return new WorkerConnection(client);
  }

  /**
   * Runs `work` when all earlier work on this connection has ended. The wait takes less time than planning the statement
   * on another connection. After `silenceMs` without a response, closes the connection and throws {@link
   * DatabaseTimeoutError}. Returns `null`, without running `work`, if an earlier call has closed the connection.
   */
  use<T>(silenceMs: number, work: (client: PgClient) => Promise<T>): Promise<T | null> {
    const result = this.last.then(() =>
      this.isBrokenOff ? null : unlessSilent(work(this.client), silenceMs, () => this.breakOff()),
    );
    this.last = result.catch(() => undefined); // the caller gets the error from `result`
    return result;
  }

  private breakOff(): void {
    this.isBrokenOff = true;
    // A statement is running, so the client closes the socket at once. The client's `end` event makes the listener
    // connect again.
    this.client.end().catch(() => undefined);
  }
}

function setForSession(): string {
  const settings = Object.entries(STABLE_PLAN).map(([name, value]) => [name, `'${value}'`]);
  // Shown in pg_stat_activity.
  const name = `concat_ws(' ', nullif(current_setting('application_name'), ''), '(webhooks worker)')`;
  return [...settings, ['application_name', name]]
    .map(([setting, value]) => `set_config('${setting}', ${value}, false)`)
    .join(', ');
}
