import { Body, Get, Headers, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import { knownCaller } from '../../api/caller.js';
import { isJson, jsonOnly } from '../../api/request-body.js';
import { QueryReader } from '../../api/query-reader.js';
import { readPage } from '../../api/routes/read-page.js';
import type { Page } from '../../core/page.js';
import { DELIVERY_STATES, ENDPOINT_STATES } from '../../core/states.js';
import type { FailingEndpoint, TenantDelivery } from '../../operator/operator-lists.js';
import type { TenantEndpoint } from '../../operator/operator.service.js';
import type { OperatorPause, PauseTarget } from '../../operator/pauses.js';
import type { WebhookStats } from '../../operator/stats.js';
import { WebhooksService } from '../../webhooks.service.js';

type Fields = Record<string, unknown>;

/** The operator's routes, without a path and guards. */
export abstract class OperatorRoutes {
  constructor(@Inject(WebhooksService) private readonly webhooks: WebhooksService) {}

  @Get('pauses')
  pauses(): Promise<OperatorPause[]> {
    return this.webhooks.operator.pauses();
  }

  @Post('pause')
  @HttpCode(200)
  async pause(
    @Headers('content-type') type: string | undefined,
    @Body() body: Fields,
    @Req() request: object,
  ): Promise<OperatorPause[]> {
    const { reason, ...target } = read(type, body);
    await this.webhooks.operator.pause(target as PauseTarget, {
      reason: reason as string,
      ...callerOf(request),
    });
    return this.webhooks.operator.pauses();
  }

  @Post('resume')
  @HttpCode(200)
  async resume(
    @Headers('content-type') type: string | undefined,
    @Body() body: Fields,
    @Req() request: object,
  ): Promise<OperatorPause[]> {
    await this.webhooks.operator.resume(read(type, body) as PauseTarget, callerOf(request));
    return this.webhooks.operator.pauses();
  }

  @Get('deliveries')
  deliveries(@Query() query: Fields): Promise<Page<TenantDelivery>> {
    const reader = new QueryReader(query);
    const filter = { ...readPage(reader), states: reader.manyOf('state', DELIVERY_STATES) };
    return this.webhooks.operator.deliveries.list(reader.result(filter));
  }

  @Get('failing')
  failing(@Query() query: Fields): Promise<Page<FailingEndpoint>> {
    const reader = new QueryReader(query);
    return this.webhooks.operator.failing(reader.result(readPage(reader)));
  }

  @Get('endpoints')
  endpoints(@Query() query: Fields): Promise<Page<TenantEndpoint>> {
    const reader = new QueryReader(query);
    const filter = { ...readPage(reader), state: reader.oneOf('state', ENDPOINT_STATES) };
    return this.webhooks.operator.list(reader.result(filter));
  }

  @Get('stats')
  stats(): Promise<WebhookStats> {
    return this.webhooks.stats();
  }
}

/** Accepts only JSON. Otherwise, a form on another site could pause deliveries with the cookie of an operator. */
function read(type: string | undefined, body: Fields): Fields {
  if (!isJson(type ?? '')) throw jsonOnly();
  return body ?? {};
}

/** For the audit. */
const callerOf = (request: object): { actor?: string; request: object } => ({
  actor: knownCaller(request).actor,
  request,
});
