import { type BeforeApplicationShutdown, Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { SETTINGS, type Settings } from '../config/settings.js';
import { STRUCTURE, type WebhooksModuleStructure } from '../config/structure-options.js';
import { WebhooksSetupError } from '../core/errors.js';
import { LineLogger } from '../core/line-logger.js';
import { SecretReencryption } from '../secrets/reencrypt-secrets.js';
import type { SetupStore } from '../store/setup-store.js';
import { DATA_SOURCE, STORE } from '../store/store.js';
import { checkStoredProfiles } from './check-stored-profiles.js';

const ATTACHED = Symbol.for('nestjs-sms-webhooks:data-sources');

/** Data sources that a module serves in this process. Global, so that all loaded copies of this package share it. */
const attachedDataSources: WeakSet<DataSource> = ((
  globalThis as Record<symbol, WeakSet<DataSource> | undefined>
)[ATTACHED] ??= new WeakSet());

/** Checks once, in every role, that this host can run the module, so that it fails at the start and not at the first write. */
@Injectable()
export class StartupCheck implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new LineLogger('WebhooksModule');
  private unguard: (() => void) | null = null;

  constructor(
    @Inject(STORE) private readonly store: SetupStore,
    @Inject(DATA_SOURCE) private readonly dataSource: DataSource,
    private readonly reencryption: SecretReencryption,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(STRUCTURE) private readonly structure: WebhooksModuleStructure,
  ) {}

  async onModuleInit(): Promise<void> {
    this.attach();
    try {
      await this.store.checkTables();
      await this.reencryption.check();
      await checkStoredProfiles(this.store, this.settings.profiles);
      await this.store.checkIsolation();
    } catch (error) {
      // Nest does not destroy an app that failed to start.
      this.detach();
      throw error;
    }
    if (this.structure.allowUnauthenticated) {
      this.logger.warn(
        'The webhook routes have no guards (allowUnauthenticated): anybody who can reach them can use them',
      );
    }
  }

  /** After `onModuleDestroy`, in which the worker records its last outcomes. */
  beforeApplicationShutdown(): void {
    this.detach();
  }

  private attach(): void {
    if (attachedDataSources.has(this.dataSource)) {
      throw new WebhooksSetupError(
        'WebhooksModule is registered twice on one data source: import the result of one forRoot() call everywhere, or give each its own data source.',
      );
    }
    attachedDataSources.add(this.dataSource);
    this.unguard = this.store.guardConnections();
  }

  private detach(): void {
    if (!this.unguard) return;
    this.unguard();
    this.unguard = null;
    attachedDataSources.delete(this.dataSource);
  }
}
