/** Injects the {@link CapturedChanges}. */
export const CAPTURED_CHANGES = Symbol('webhooks:captured-changes');

/** Turns changes of the host's tables into events, while the worker does its other work. */
export interface CapturedChanges {
  /** Names of the captures that this process maps. If there are none, the database is not queried. */
  readonly names: readonly string[];
  /** Publishes the events of changes in the background, and logs errors. Returns false if no capture can start now. */
  wake(): boolean;
  /** Publishes the events of all changes that are due, except those that another worker holds. Returns the number of changes. */
  run(): Promise<number>;
  /** Stops what is running, without waiting for the host's code. */
  stop(): Promise<void>;
}
