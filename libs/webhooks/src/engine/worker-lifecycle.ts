import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type Store, STORE } from '../store/store.js';
import { STRUCTURE, type WebhooksModuleStructure } from '../config/structure.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { Worker } from './worker.js';

/** Starts the poller with the application, in the roles that deliver, and stops it before the host's pool closes. */
@Injectable()
export class WorkerLifecycle implements OnApplicationBootstrap, OnModuleDestroy {
  private detach: (() => void) | null = null;
  private stopped: Promise<void> | null = null;
  private readonly onSignal = (signal: NodeJS.Signals): void => {
    void this.stop().finally(() => process.kill(process.pid, signal));
  };

  constructor(
    private readonly worker: Worker,
    @Inject(STORE) private readonly store: Store,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(STRUCTURE) private readonly structure: WebhooksModuleStructure,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
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

  /** Once, whoever asks first. */
  private stop(): Promise<void> {
    for (const signal of SIGNALS) process.removeListener(signal, this.onSignal);
    this.detach?.();
    return (this.stopped ??= Promise.all([this.worker.stop(), this.store.notifier?.stop()]).then(
      () => undefined,
    ));
  }
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
