import {
  Body,
  type CanActivate,
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  Post,
  Query,
  Req,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { QueryReader } from '../../api/query-reader.js';
import { readPage } from '../../api/routes/read-page.js';
import { isJson, jsonOnly } from '../../api/request-body.js';
import { InvalidOptionError } from '../../core/errors.js';
import type { Page } from '../../core/page.js';
import { DELIVERY_STATES, ENDPOINT_STATES } from '../../core/states.js';
import type { FailingEndpoint, TenantDelivery } from '../../operator/operator-lists.js';
import type { TenantEndpoint } from '../../operator/operator.service.js';
import type { OperatorPause, PauseTarget } from '../../operator/pauses.js';
import { WebhooksService } from '../../webhooks.service.js';

/** What {@link operatorController} takes. */
export interface OperatorControllerOptions {
  /** Guards that let in the people on call alone. At least one. */
  guards: (Type<CanActivate> | CanActivate)[];
  /** Default `webhooks-operator`. */
  path?: string;
}

type Fields = Record<string, unknown>;

/**
 * A controller for the people on call: what `webhooks.operator` pauses and lists, over all tenants. List it in the
 * `controllers` of a module of yours that imports what the guards need.
 *
 * @throws InvalidOptionError without guards: it shows the data of all tenants
 */
export function operatorController({ guards, path }: OperatorControllerOptions): Type<object> {
  if (!Array.isArray(guards) || guards.length === 0) {
    const problem =
      'operatorController needs `guards`: its routes show and pause what belongs to all tenants';
    throw new InvalidOptionError('guards', guards, problem);
  }

  @Controller(path ?? 'webhooks-operator')
  @UseGuards(...guards)
  class WebhooksOperatorController {
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
      @Req() request: unknown,
    ): Promise<OperatorPause[]> {
      const { reason, ...target } = read(type, body);
      await this.webhooks.operator.pause(target as PauseTarget, { reason: reason as string, request });
      return this.webhooks.operator.pauses();
    }

    @Post('resume')
    @HttpCode(200)
    async resume(
      @Headers('content-type') type: string | undefined,
      @Body() body: Fields,
      @Req() request: unknown,
    ): Promise<OperatorPause[]> {
      await this.webhooks.operator.resume(read(type, body) as PauseTarget, { request });
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
  }
  return WebhooksOperatorController;
}

/** JSON alone: a form of another site must not pause anything with the cookie of somebody on call. */
function read(type: string | undefined, body: Fields): Fields {
  if (!isJson(type ?? '')) throw jsonOnly();
  return body ?? {};
}
