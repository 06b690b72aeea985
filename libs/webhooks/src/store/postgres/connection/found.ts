import type { WorkerConnection } from './worker-connection.js';

/** Two things that make statements cheaper, where they exist. */
export interface Found {
  /** SQL name of the function that publishes; `null`: there is none, or this role may not call it. */
  publishFunction: string | null;
  /** The worker's own connection, while it has one. */
  workerConnection: WorkerConnection | null;
}
