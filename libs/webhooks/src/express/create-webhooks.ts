import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import express from 'express';
import { WorkerLifecycle } from '../engine/worker-lifecycle.js';
import { WebhooksModule } from '../webhooks.module.js';
import { WebhooksService } from '../webhooks.service.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { READ_BODY } from '../portal/access/portal.guard.js';
import { describeOpenApi } from './describe-open-api.js';
import { ErrorFilter } from './error-filter.js';
import { type CreateWebhooksOptions, readExpressOptions } from './express-options.js';
import { HostLogger } from './host-logger.js';
import { nameCaller } from './name-caller.js';
import { RequestBody } from './request-body.js';
import { RouterAdapter } from './router-adapter.js';
import { TenantGuard } from './tenant-guard.js';
import { Webhooks } from './webhooks.js';
import { WebhooksWorker } from './webhooks-worker.js';

/**
 * Adds webhooks to an Express app, without Nest in the host's code.
 *
 * @throws InvalidOptionError if an option is missing, unknown or not allowed
 * @throws WebhooksSetupError if the data source cannot be used, for example because it is not connected
 */
export async function createWebhooks(options: CreateWebhooksOptions): Promise<Webhooks> {
  try {
    return await create(options);
  } catch (error) {
    throw nameCaller(error);
  }
}

async function create(options: CreateWebhooksOptions): Promise<Webhooks> {
  const { own, values } = readExpressOptions(options);
  const {
    dataSource,
    tenant,
    path,
    compat = [],
    ignoredQueryParameters,
    passErrors = false,
    logger,
    tablePrefix,
    captures,
    portal,
  } = own;
  const bodies = new RequestBody(compat.includes('mobile-text-alerts'));
  const guard = new TenantGuard(tenant, bodies);
  const routes = { path, compat, ignoredQueryParameters, guards: [guard], tenant: guard.tenantOf, portal };
  // `role: 'api'`, because the host starts the worker itself.
  const structure = { ...routes, dataSource, tablePrefix, captures, role: 'api' } as const;
  const module = WebhooksModule.forRoot({ ...values, ...structure });
  // The guard above reads bodies, but it is not called for requests with a session of the page. For these, the page's guard
  // reads the bodies.
  module.providers!.push({ provide: READ_BODY, useValue: bodies.read.bind(bodies) });
  const adapter = new RouterAdapter(express.Router({ mergeParams: true }));
  const app = await NestFactory.create(rootOf(module), adapter, {
    logger: new HostLogger(logger!),
    abortOnError: false,
    bodyParser: false,
  });
  app.useGlobalFilters(new ErrorFilter(adapter, passErrors));
  await app.init();
  const service = app.get(WebhooksService, { strict: false });
  const worker = new WebhooksWorker(app.get(WorkerLifecycle, { strict: false }), service);
  const settings = app.get<symbol, Settings>(SETTINGS, { strict: false });
  const openApi = describeOpenApi({ path, compat }, settings);
  return new Webhooks(service, { router: adapter.router, worker, openApi }, () => app.close());
}

function rootOf(module: ReturnType<typeof WebhooksModule.forRoot>): new () => object {
  class ExpressHost {}
  Module({ imports: [module] })(ExpressHost);
  return ExpressHost;
}
