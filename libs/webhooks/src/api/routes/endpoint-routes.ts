import {
  Body,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Patch,
  Post,
  Query as QueryString,
} from '@nestjs/common';
import type { Page } from '../../core/page.js';
import { ENDPOINT_STATES } from '../../core/states.js';
import type { RecoverResult } from '../../deliveries/bulk-retry.js';
import type { RegisteredEndpoint, WebhookEndpoint } from '../../endpoints/endpoint.js';
import type { WebhookEndpointStats } from '../../endpoints/figures/endpoint-stats.js';
import type { EventTypeResult } from '../../endpoints/event-types.js';
import { MAX_TEST_WAIT_MS, type TestEventResult } from '../../endpoints/test-events.js';
import type { RevealedSecret, RotatedSecret } from '../../secrets/secret-info.js';
import { refuseFields } from '../../validation/read-input.js';
import { Caller, type WebhookCaller } from '../caller.js';
import { readPage } from './read-page.js';
import { DeliveryRoutes } from './delivery-routes.js';

/** The routes that register, change and test endpoints. */
export abstract class EndpointRoutes extends DeliveryRoutes {
  @Post()
  @Header('Cache-Control', 'no-store')
  create(
    @Caller() caller: WebhookCaller,
    @Body() body: Record<string, unknown>,
  ): Promise<RegisteredEndpoint> {
    return this.api.endpoints.create(caller.tenantId, body as never, caller);
  }

  @Get()
  list(
    @Caller() caller: WebhookCaller,
    @QueryString() query: Record<string, unknown>,
  ): Promise<Page<WebhookEndpoint>> {
    const read = this.api.query(query);
    const filter = {
      ...readPage(read),
      state: read.oneOf('state', ENDPOINT_STATES),
      profile: read.oneOf('profile', this.api.eventTypes.profileNames),
      uid: read.text('uid', 128),
    };
    return this.api.endpoints.list(caller.tenantId, read.result(filter));
  }

  @Get('event-types')
  eventTypes(
    @Caller() caller: WebhookCaller,
    @QueryString() query: Record<string, unknown>,
  ): Promise<EventTypeResult> {
    const read = this.api.query(query);
    const profile = read.oneOf('profile', this.api.eventTypes.profileNames);
    return this.api.eventTypes.list(caller.tenantId, read.result(profile));
  }

  @Get('wh_:id')
  get(@Caller() caller: WebhookCaller, @Param('id') id: string): Promise<WebhookEndpoint> {
    return this.api.endpoints.get(caller.tenantId, `wh_${id}`);
  }

  @Get('wh_:id/stats')
  stats(@Caller() caller: WebhookCaller, @Param('id') id: string): Promise<WebhookEndpointStats> {
    return this.api.endpoints.stats(caller.tenantId, `wh_${id}`);
  }

  @Patch('wh_:id')
  update(
    @Caller() caller: WebhookCaller,
    @Param('id') id: string,
    @Body() body: Record<string, unknown>,
  ): Promise<WebhookEndpoint> {
    return this.api.endpoints.update(caller.tenantId, `wh_${id}`, body, caller);
  }

  @Delete('wh_:id')
  @HttpCode(204)
  delete(@Caller() caller: WebhookCaller, @Param('id') id: string): Promise<void> {
    return this.api.endpoints.delete(caller.tenantId, `wh_${id}`, caller);
  }

  @Post('wh_:id/pause')
  @HttpCode(200)
  async pause(
    @Caller() caller: WebhookCaller,
    @Param('id') id: string,
    @Body() body?: unknown,
  ): Promise<WebhookEndpoint> {
    refuseFields(body);
    return this.api.endpoints.pause(caller.tenantId, `wh_${id}`, caller);
  }

  @Post('wh_:id/resume')
  @HttpCode(200)
  async resume(
    @Caller() caller: WebhookCaller,
    @Param('id') id: string,
    @Body() body?: unknown,
  ): Promise<WebhookEndpoint> {
    refuseFields(body);
    return this.api.endpoints.resume(caller.tenantId, `wh_${id}`, caller);
  }

  @Post('wh_:id/rotate-secret')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  rotateSecret(
    @Caller() caller: WebhookCaller,
    @Param('id') id: string,
    @Body() body: Record<string, unknown>,
  ): Promise<RotatedSecret> {
    return this.api.endpoints.rotateSecret(caller.tenantId, `wh_${id}`, body, caller);
  }

  @Get('wh_:id/secret')
  @Header('Cache-Control', 'no-store')
  secret(@Caller() caller: WebhookCaller, @Param('id') id: string): Promise<RevealedSecret> {
    return this.api.endpoints.secret(caller.tenantId, `wh_${id}`, caller);
  }

  @Post('wh_:id/test')
  @HttpCode(202)
  async test(
    @Caller() caller: WebhookCaller,
    @Param('id') id: string,
    @Body() body: Record<string, unknown>,
    @QueryString() query: Record<string, unknown>,
  ): Promise<TestEventResult> {
    const read = this.api.query(query);
    const wait = read.result(read.wholeNumber('wait', 0, MAX_TEST_WAIT_MS));
    return this.api.limits.spend('test', caller.tenantId, () =>
      this.api.endpoints.test(caller.tenantId, `wh_${id}`, body, wait, caller),
    );
  }

  @Post('wh_:id/recover')
  @HttpCode(202)
  recover(
    @Caller() caller: WebhookCaller,
    @Param('id') id: string,
    @Body() body: Record<string, unknown>,
  ): Promise<RecoverResult> {
    return this.api.limits.spend('recover', caller.tenantId, () =>
      this.api.endpoints.recover(caller.tenantId, `wh_${id}`, body as never, caller),
    );
  }
}
