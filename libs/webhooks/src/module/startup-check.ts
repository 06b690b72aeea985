import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { CaptureRegistry } from '../capture/capture-registry.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { STRUCTURE, type WebhooksModuleStructure } from '../config/structure-options.js';
import { WebhooksNotReadyError, WebhooksSetupError } from '../core/errors.js';
import { LineLogger } from '../core/line-logger.js';
import { Readiness } from '../engine/readiness.js';
import { SecretReencryption } from '../secrets/reencrypt-secrets.js';
import type { SetupStore } from '../store/setup-store.js';
import { DATA_SOURCE, STORE } from '../store/store.js';
import { checkStoredProfiles } from './check-stored-profiles.js';

/** Time (ms) between two checks while tables or migrations are missing. */
const LOOK_EVERY_MS = 1_000;
/** Number of checks after which the log repeats why webhooks are not available. */
const LOOKS_PER_REMINDER = 60;

const ATTACHED = Symbol.for('nestjs-sms-webhooks:data-sources');

/** Data sources that a module serves in this process. Global, so that all loaded copies of this package share the set. */
const attachedDataSources: WeakSet<DataSource> = ((
  globalThis as Record<symbol, WeakSet<DataSource> | undefined>
)[ATTACHED] ??= new WeakSet());

/**
 * Checks at the start, in every role, that this host can run the module. So the app fails at the start, and not at the first
 * write. If tables do not exist or migrations have not run, repeats the check until it passes.
 */
@Injectable()
export class StartupCheck
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown
{
  private readonly logger = new LineLogger('Webhooks');
  private unguard: (() => void) | null = null;
  private timer: NodeJS.Timeout | null = null;
  private isStopped = false;
  private lastProblem: string | null = null;

  constructor(
    @Inject(STORE) private readonly store: SetupStore,
    @Inject(DATA_SOURCE) private readonly dataSource: DataSource,
    private readonly reencryption: SecretReencryption,
    private readonly captures: CaptureRegistry,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(STRUCTURE) private readonly structure: WebhooksModuleStructure,
    private readonly readiness: Readiness,
  ) {}

  async onModuleInit(): Promise<void> {
    this.attach();
    await this.checkOrStop();
    if (this.structure.allowUnauthenticated) {
      this.logger.warn(
        'The webhook routes have no guards (allowUnauthenticated): anybody who can reach them can use them',
      );
    }
    if (this.settings.allowLocalhost) {
      this.logger.warn(
        'Webhooks may go to http: URLs and to this machine (network.allowLocalhost), which is for development only',
      );
    }
  }

  /** A host that runs migrations in a hook of its own has run them by now, or runs them in this same hook. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.readiness.isReady) return;
    const missing = await this.checkOrStop();
    if (!missing) return;
    this.logger.warn(
      `${missing.message} Until then, publish() and the routes fail with WebhooksNotReadyError, and nothing is delivered.`,
    );
    this.lookLater(1);
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    if (this.timer) clearTimeout(this.timer);
  }

  /** Nest calls this after `onModuleDestroy`, in which the worker records its last outcomes. */
  beforeApplicationShutdown(): void {
    this.detach();
  }

  /** Returns why the module has to wait, or null. */
  private async checkOrStop(): Promise<WebhooksNotReadyError | null> {
    try {
      await this.check();
      return null;
    } catch (error) {
      if (error instanceof WebhooksNotReadyError) return error;
      // Detaches here, because Nest does not destroy an app that failed to start.
      this.detach();
      throw error;
    }
  }

  private async check(): Promise<void> {
    await this.store.checkEncoding();
    await this.store.checkRights(this.structure.role === 'api' ? 'api' : 'worker');
    await this.store.checkTables();
    await this.reencryption.check();
    await checkStoredProfiles(this.store, this.settings.profiles);
    await this.store.checkIsolation();
    await this.captures.check();
    await this.readiness.markReady();
  }

  private lookLater(looks: number): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => void this.look(looks), LOOK_EVERY_MS).unref();
  }

  private async look(looks: number): Promise<void> {
    try {
      await this.check();
      this.logger.log('Found the webhook tables: publish(), the routes and the worker are available');
    } catch (error) {
      const { message } = error as Error;
      const isNews = !(error instanceof WebhooksNotReadyError) && message !== this.lastProblem;
      this.lastProblem = message;
      if (isNews || looks % LOOKS_PER_REMINDER === 0)
        this.logger.error(`Webhooks are not available: ${message}`);
      this.lookLater(looks + 1);
    }
  }

  private attach(): void {
    if (attachedDataSources.has(this.dataSource)) {
      throw new WebhooksSetupError(
        'WebhooksModule is registered twice on one data source: import the result of one forRoot() call everywhere, or give each registration its own data source.',
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
