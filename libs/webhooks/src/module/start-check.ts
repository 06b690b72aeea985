import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Session } from '../store/postgres/connection/session.js';
import { type Tables, tableMetadata } from '../store/schema/tables.js';
import { WebhooksSetupError } from '../core/errors.js';
import { attachedDataSources } from './attachment.js';
import { STRUCTURE, type WebhooksModuleStructure } from '../config/structure.js';
import { checkStoredProfiles } from './check-stored-profiles.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { SecretReencryption } from '../secrets/reencrypt-secrets.js';
import { LineLogger } from '../core/line-logger.js';

const UNDEFINED_TABLE = '42P01';
const UNDEFINED_COLUMN = '42703';

/** Looks, once and in every role, whether this host can run the module: better now than at its first write. */
@Injectable()
export class StartupCheck implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new LineLogger('WebhooksModule');
  private attached = false;

  constructor(
    private readonly database: Session,
    private readonly keys: SecretReencryption,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(STRUCTURE) private readonly structure: WebhooksModuleStructure,
  ) {}

  async onModuleInit(): Promise<void> {
    this.attach();
    try {
      await this.checkTables();
      await this.keys.check();
      await checkStoredProfiles(this.database, this.settings.profiles);
    } catch (error) {
      // The app that does not start is not destroyed either.
      this.detach();
      throw error;
    }
    const [row] = await this.database.query<{ level: string }>(
      `select current_setting('default_transaction_isolation') as level`,
    );
    this.database.setsIsolation = row!.level !== 'read committed';
    if (this.structure.allowUnauthenticated) {
      this.logger.warn(
        'The webhook routes are mounted without guards (allowUnauthenticated): anybody who reaches them may use them',
      );
    }
  }

  onModuleDestroy(): void {
    this.detach();
  }

  private detach(): void {
    if (this.attached) attachedDataSources.delete(this.database.dataSource);
    this.attached = false;
  }

  private attach(): void {
    if (attachedDataSources.has(this.database.dataSource)) {
      throw new WebhooksSetupError(
        'WebhooksModule is registered twice on one data source: import the result of one forRoot() call everywhere, or give each its own data source.',
      );
    }
    attachedDataSources.add(this.database.dataSource);
    this.attached = true;
  }

  private async checkTables(): Promise<void> {
    const { dataSource, tables } = this.database;
    for (const [name, table] of Object.entries(tables) as [keyof Tables, string][]) {
      const columns = tableMetadata(dataSource, name).columns.map((each) => `"${each.databaseName}"`);
      try {
        await this.database.query(`select ${columns.join(', ')} from ${table} limit 0`);
      } catch (error) {
        const { code, message } = error as Error & { code?: string };
        if (code !== UNDEFINED_TABLE && code !== UNDEFINED_COLUMN) throw error;
        const missing =
          code === UNDEFINED_TABLE ? 'is not there' : `is of an earlier version of this module (${message})`;
        throw new WebhooksSetupError(
          `The table of webhook ${name}, ${table}, ${missing}: add \`migrations: [...webhooksMigrations]\` to the data source and run the migrations before the app starts (or set \`migrationsRun: true\`).`,
          { cause: error },
        );
      }
    }
  }
}
