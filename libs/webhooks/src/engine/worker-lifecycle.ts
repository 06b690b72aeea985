import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings.js';
import { STRUCTURE, type WebhooksModuleStructure } from '../config/structure-options.js';
import { type Store, STORE } from '../store/store.js';
import { Readiness } from './readiness.js';
import { Worker } from './worker.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Starts the worker with the application in the roles that deliver, and stops it before the host's pool closes. */
@Injectable()
export class WorkerLifecycle implements OnApplicationBootstrap, OnModuleDestroy {
  private detach: (() => void) | null = null;
  private stopped: Promise<void> | null = null;
  /** Handled here, the signal is sent again afterwards: it then has the effect that the host expects. */
  private readonly onSignal = (signal: NodeJS.Signals): void => {
    void this.stop().finally(() => process.kill(process.pid, signal));
  };

  constructor(
    private readonly worker: Worker,
    @Inject(STORE) private readonly store: Store,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(STRUCTURE) private readonly structure: WebhooksModuleStructure,
    private readonly readiness: Readiness,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.readiness.whenReady(() => this.start());
  }

  private async start(): Promise<void> {
    if (this.stopped) return;
    const delivers = this.structure.role !== 'api';
    this.detach = this.store.attach();
    if (delivers) this.store.onCommit((work) => this.worker.wake(work));
    const { notifier } = this.store;
    if (this.settings.notify && notifier) {
      await notifier.start(delivers ? (work) => this.worker.wake(work) : null);
      this.store.onCommit((work) => notifier.notify(work));
    }
    if (!delivers) return;
    this.worker.start();
    if (this.settings.handleSignals) for (const signal of SIGNALS) process.once(signal, this.onSignal);
  }

  async onModuleDestroy(): Promise<void> {
    await this.stop();
  }

  /** Runs once; every caller gets the same promise. */
  private stop(): Promise<void> {
    for (const signal of SIGNALS) process.removeListener(signal, this.onSignal);
    this.detach?.();
    return (this.stopped ??= Promise.all([this.worker.stop(), this.store.notifier?.stop()]).then(
      () => undefined,
    ));
  }
}
