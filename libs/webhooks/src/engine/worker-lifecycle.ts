import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { NotifyChannel } from '../store/postgres/connection/notify-channel.js';
import { CommitListener } from '../store/typeorm/commit-listener.js';
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
    private readonly commits: CommitListener,
    private readonly channel: NotifyChannel,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(STRUCTURE) private readonly structure: WebhooksModuleStructure,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const delivers = this.structure.role !== 'api';
    this.detach = this.commits.attach();
    if (delivers) this.commits.onCommit((wake) => this.worker.wake(wake));
    if (this.settings.notify) {
      await this.channel.start(delivers ? (wake) => this.worker.wake(wake) : null);
      this.commits.onCommit((wake) => this.channel.notify(wake));
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
    return (this.stopped ??= Promise.all([this.worker.stop(), this.channel.stop()]).then(() => undefined));
  }
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
