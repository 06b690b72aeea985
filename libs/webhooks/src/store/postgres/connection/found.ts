import type { WorkerConnection } from './worker-connection.js';

/** What was found in this database and makes statements cheaper. */
export interface Found {
  /** SQL name of the function that publishes; `null`: there is none, or this role may not call it. */
  publishFunction: string | null;
  /** The connection that a worker has of its own, while it has one. */
  workerConnection: WorkerConnection | null;
}
