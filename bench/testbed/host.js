// A host that mounts the module as an application does, with public exports only.
const { buildHas, engine, hostPackage } = require('./engine.js');

hostPackage('reflect-metadata');
// Outside production, the module checks the data of each event, and that costs time.
process.env.NODE_ENV ??= 'production';

/**
 * @typedef {object} HostConfig
 * @property {string} databaseUrl
 * @property {'all' | 'api' | 'worker'} [role]
 * @property {number} [poolSize] connections to PostgreSQL. Default 10, which is the default of `pg`
 * @property {import('typeorm').EntitySchema[]} [entities] of the host's own tables
 * @property {Record<string, unknown>} [options] of `forRoot`; they override the defaults in `createHost`
 */

/**
 * Creates the application without initialising it: `app.init()` starts its worker.
 *
 * @param {HostConfig} config
 */
async function createHost({ databaseUrl, role = 'all', poolSize = 10, entities = [], options = {} }) {
  const { WebhooksModule, WebhooksService } = engine();
  const { NestFactory } = hostPackage('@nestjs/core');
  const { TypeOrmModule } = hostPackage('@nestjs/typeorm');
  const { DataSource } = hostPackage('typeorm');
  class HostModule {}
  const app = await NestFactory.create(
    {
      module: HostModule,
      imports: [
        TypeOrmModule.forRoot({
          type: 'postgres',
          url: databaseUrl,
          autoLoadEntities: true,
          extra: { max: poolSize },
          retryAttempts: 0,
        }),
        TypeOrmModule.forFeature(entities),
        WebhooksModule.forRoot({
          role,
          controller: false,
          ...optionsOf({
            ...options,
            security: { allowPlaintextSecrets: true, ...options.security },
            network: { allowHttp: true, allowedAddresses: ['127.0.0.0/8'], ...options.network },
          }),
        }),
      ],
    },
    { logger: ['error', 'warn'], abortOnError: false },
  );
  return { app, webhooks: app.get(WebhooksService), dataSource: app.get(DataSource) };
}

/**
 * For builds without option groups, moves the options in `security`, `network` and `delivery` to the top level.
 *
 * @param {Record<string, any>} options
 */
function optionsOf(options) {
  if (buildHas('config/option.js')) return options;
  const { security, network, delivery, ...others } = options;
  return { ...security, ...network, ...delivery, ...others };
}

/**
 * Creates the module's tables with the module's migrations.
 *
 * @param {string} databaseUrl
 */
async function migrate(databaseUrl) {
  const { webhooksEntities, webhooksMigrations } = engine();
  const { DataSource } = hostPackage('typeorm');
  const dataSource = new DataSource({
    type: 'postgres',
    url: databaseUrl,
    entities: webhooksEntities,
    migrations: [...webhooksMigrations],
  });
  await dataSource.initialize();
  try {
    await dataSource.runMigrations();
  } finally {
    await dataSource.destroy();
  }
}

module.exports = { createHost, migrate };
