import { webhooksEntities, webhooksMigrations } from 'nestjs-sms-webhooks';
import { DataSource } from 'typeorm';
import { CreateMessages1735689600000, messages } from './message.js';

/** The backend's data source: its own table, and the module's tables. */
export function dataSourceOf(url: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities: [messages, ...webhooksEntities],
    migrations: [CreateMessages1735689600000, ...webhooksMigrations],
    migrationsRun: true,
  });
}
