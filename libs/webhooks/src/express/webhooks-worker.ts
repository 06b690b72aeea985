import type { RunResult } from '../engine/run-once.js';
import type { WorkerLifecycle } from '../engine/worker-lifecycle.js';
import type { WebhooksService } from '../webhooks.service.js';

/** Delivers the events that this process and other processes have published. Any number of processes may run a worker. */
export class WebhooksWorker {
  /** @internal `createWebhooks` makes it. */
  constructor(
    private readonly lifecycle: WorkerLifecycle,
    private readonly service: WebhooksService,
  ) {}

  /**
   * Starts delivering. Does nothing if the worker already runs.
   *
   * @throws WebhooksSetupError if the worker was stopped before
   */
  readonly start = (): Promise<void> => this.lifecycle.start();

  /**
   * Takes no new work, waits up to `worker.drainMs` for requests in flight, and records their outcomes. The worker cannot be
   * started again; `publish` and the routes keep working.
   */
  readonly stop = (): Promise<void> => this.lifecycle.stopWorker();

  /**
   * Delivers what is due now, and waits for the outcomes. For tests and cron jobs: the worker need not run.
   *
   * @returns how many events were relayed, and how many deliveries ended in which way
   * @throws WebhooksSetupError if the worker was stopped before
   */
  readonly runOnce = async (): Promise<RunResult> => {
    this.lifecycle.requireNotStopped();
    return this.service.runOnce();
  };
}
