import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings.js';
import { STRUCTURE, type WebhooksModuleStructure } from '../config/structure-options.js';
import { WebhooksSetupError } from '../core/errors.js';
import { type Store, STORE } from '../store/store.js';
import { Readiness } from './readiness.js';
import { Worker } from './worker.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** In the roles that deliver, starts the worker with the application. Stops the worker before the host's pool closes. */
@Injectable()
export class WorkerLifecycle implements OnApplicationBootstrap, OnModuleDestroy {
  private detach: (() => void) | null = null;
  private started: Promise<void> | null = null;
  private stopped: Promise<void> | null = null;
  private isClosed = false;
  /** After the shutdown, the signal is sent again, so that it has the effect that the host expects. */
  private readonly onSignal = (signal: NodeJS.Signals): void => {
    void this.onModuleDestroy().finally(() => process.kill(process.pid, signal));
  };

  constructor(
    private readonly worker: Worker,
    @Inject(STORE) private readonly store: Store,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(STRUCTURE) private readonly structure: WebhooksModuleStructure,
    private readonly readiness: Readiness,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.readiness.whenReady(() => this.watchCommits());
    if (this.structure.role !== 'api') await this.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.isClosed = true;
    this.detach?.();
    await this.stopWorker();
    // The worker's last statements may run on the connection that listens.
    await this.store.notifier?.stop();
  }

  /** Starts to deliver, now or as soon as the tables exist. */
  async start(): Promise<void> {
    this.requireNotStopped();
    await (this.started ??= this.readiness.whenReady(() => this.startWorker()));
  }

  /** Stops the worker once: every caller gets the same promise. */
  stopWorker(): Promise<void> {
    for (const signal of SIGNALS) process.removeListener(signal, this.onSignal);
    return (this.stopped ??= this.worker.stop());
  }

  /** A stopped worker cannot start again, because its connections, for example, are closed. */
  requireNotStopped(): void {
    if (!this.stopped) return;
    throw new WebhooksSetupError(
      'The worker was stopped and cannot start again. Stop the worker only when the process ends; to deliver later, call createWebhooks again.',
    );
  }

  private async watchCommits(): Promise<void> {
    if (this.isClosed) return;
    this.detach = this.store.attach();
    const { notifier } = this.store;
    if (!this.settings.notify || !notifier) return;
    notifier.notifyWhile(() => !this.worker.takesWork);
    this.store.onCommit((work) => notifier.notify(work));
  }

  private async startWorker(): Promise<void> {
    if (this.stopped) return;
    this.store.onCommit((work) => this.worker.wake(work));
    this.worker.start();
    if (this.settings.handleSignals) for (const signal of SIGNALS) process.once(signal, this.onSignal);
    if (this.settings.notify) this.store.notifier?.listen((work) => this.worker.hear(work));
  }
}
