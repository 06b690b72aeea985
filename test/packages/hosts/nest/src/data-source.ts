import { webhooksEntities, webhooksMigrations } from 'nestjs-sms-webhooks';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Message } from './message.entity.js';
import { CreateMessage1700000000000 } from './migrations.js';

export const dataSourceOptions: DataSourceOptions = {
  type: 'postgres',
  url: process.env.DATABASE_URL,
  entities: [Message, ...webhooksEntities],
  migrations: [CreateMessage1700000000000, ...webhooksMigrations],
};

/** For the command line: `typeorm migration:run -d dist/data-source.js`. */
export default new DataSource(dataSourceOptions);
