/** Injects the {@link CapturedChanges}. */
export const CAPTURED_CHANGES = Symbol('webhooks:captured-changes');

/** Changes of the host's tables that become events. The worker asks whether there are any, beside its other work. */
export interface CapturedChanges {
  /** Names of the captures that this process maps. Without any the database is not asked. */
  readonly names: readonly string[];
  /** There are changes: publishes their events beside the caller, and logs its errors. Returns false if that runs already. */
  wake(): boolean;
  /** Publishes the events of all changes that are due, except those that another worker holds. Returns the number of changes. */
  run(): Promise<number>;
  /** Ends what runs, without waiting for the host's code. */
  stop(): Promise<void>;
}
