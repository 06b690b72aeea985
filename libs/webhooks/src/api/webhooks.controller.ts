import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Patch,
  Post,
  Query as QueryString,
  UseInterceptors,
} from '@nestjs/common';
import { DELIVERY_STATES, ENDPOINT_STATES, STATUS_CLASSES } from '../core/states.js';
import { type DeliveryFilter } from '../deliveries/delivery-filter.js';
import type { WebhookDelivery, WebhookDeliveryDetail } from '../deliveries/delivery.js';
import type { RecoverResult } from '../deliveries/bulk-retry.js';
import { type Page, PAGE_LIMIT } from '../core/page.js';
import type { EventReport } from '../deliveries/event-report.js';
import type { WebhookAccount } from '../accounts/accounts.service.js';
import { Caller, type WebhookCaller } from './caller.js';
import { CallerInterceptor } from './caller.interceptor.js';
import type { RevealedSecret, RotatedSecret } from '../secrets/secret-info.js';
import type { RegisteredEndpoint, WebhookEndpoint } from '../endpoints/endpoint.js';
import type { EventTypeResult } from '../endpoints/event-types.js';
import { QueryReader } from './query-reader.js';
import { MAX_TEST_WAIT_MS, type TestEventResult } from '../endpoints/test-events.js';
import { WebhooksApi } from './webhooks-api.js';

/** A body or query as it was sent: a plain record, so that the host's validation pipes leave it alone. The services check it. */

/**
 * The REST routes. `WebhooksModule.forRoot({ guards, tenant })` mounts them. A subclass can add guards, a path and routes,
 * or override routes.
 *
 * `wh_` and `dlv_` are part of the paths, so that the host can use all other paths below this one.
 */
@Controller('webhooks')
@UseInterceptors(CallerInterceptor)
export class WebhooksController {
  constructor(protected readonly api: WebhooksApi) {}

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
    const read = new QueryReader(query);
    const filter = {
      ...page(read),
      state: read.oneOf('state', ENDPOINT_STATES),
      profile: read.text('profile', 32),
    };
    return this.api.endpoints.list(caller.tenantId, read.result(filter));
  }

  @Get('event-types')
  eventTypes(
    @Caller() caller: WebhookCaller,
    @QueryString() query: Record<string, unknown>,
  ): Promise<EventTypeResult> {
    const read = new QueryReader(query);
    return this.api.eventTypes.list(caller.tenantId, read.result(read.text('profile', 32)));
  }

  @Get('account')
  account(@Caller() caller: WebhookCaller): Promise<WebhookAccount> {
    return this.api.accounts.get(caller.tenantId);
  }

  @Patch('account')
  updateAccount(
    @Caller() caller: WebhookCaller,
    @Body() body: Record<string, unknown>,
  ): Promise<WebhookAccount> {
    return this.api.accounts.update(caller.tenantId, body, caller);
  }

  @Post('account/rotate-secret')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  rotateAccountSecret(
    @Caller() caller: WebhookCaller,
    @Body() body: Record<string, unknown>,
  ): Promise<RotatedSecret> {
    return this.api.accounts.rotateSecret(caller.tenantId, body, caller);
  }

  @Get('account/secret')
  @Header('Cache-Control', 'no-store')
  accountSecret(@Caller() caller: WebhookCaller): Promise<RevealedSecret> {
    return this.api.accounts.secret(caller.tenantId, caller);
  }

  @Get('subjects/:subject')
  subject(
    @Caller() caller: WebhookCaller,
    @Param('subject') subject: string,
    @QueryString() query: Record<string, unknown>,
  ): Promise<Page<EventReport>> {
    const path = new QueryReader({ subject });
    const read = new QueryReader(query);
    return this.api.subjects.list(
      caller.tenantId,
      path.result(path.text('subject'))!,
      read.result(page(read)),
    );
  }

  @Get('deliveries')
  deliveries(
    @Caller() caller: WebhookCaller,
    @QueryString() query: Record<string, unknown>,
  ): Promise<Page<WebhookDelivery>> {
    const read = new QueryReader(query);
    const filter = { ...deliveryFilter(read), endpointId: read.text('endpointId') };
    return this.api.deliveries.list(caller.tenantId, read.result(filter));
  }

  @Get('deliveries/dlv_:id')
  delivery(@Caller() caller: WebhookCaller, @Param('id') id: string): Promise<WebhookDeliveryDetail> {
    return this.api.deliveries.get(caller.tenantId, `dlv_${id}`);
  }

  @Post('deliveries/dlv_:id/retry')
  @HttpCode(202)
  async retry(@Caller() caller: WebhookCaller, @Param('id') id: string): Promise<WebhookDeliveryDetail> {
    this.api.limits.take('retry', caller.tenantId);
    return this.api.deliveries.retry(caller.tenantId, `dlv_${id}`, caller);
  }

  @Post('deliveries/dlv_:id/cancel')
  @HttpCode(200)
  cancel(@Caller() caller: WebhookCaller, @Param('id') id: string): Promise<WebhookDeliveryDetail> {
    return this.api.deliveries.cancel(caller.tenantId, `dlv_${id}`, caller);
  }

  @Get('wh_:id')
  get(@Caller() caller: WebhookCaller, @Param('id') id: string): Promise<WebhookEndpoint> {
    return this.api.endpoints.get(caller.tenantId, `wh_${id}`);
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
  pause(@Caller() caller: WebhookCaller, @Param('id') id: string): Promise<WebhookEndpoint> {
    return this.api.endpoints.pause(caller.tenantId, `wh_${id}`, caller);
  }

  @Post('wh_:id/resume')
  @HttpCode(200)
  resume(@Caller() caller: WebhookCaller, @Param('id') id: string): Promise<WebhookEndpoint> {
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
    const read = new QueryReader(query);
    const wait = read.result(read.wholeNumber('wait', 0, MAX_TEST_WAIT_MS));
    this.api.limits.take('test', caller.tenantId);
    return this.api.endpoints.test(caller.tenantId, `wh_${id}`, body, wait, caller);
  }

  @Get('wh_:id/deliveries')
  deliveriesOf(
    @Caller() caller: WebhookCaller,
    @Param('id') id: string,
    @QueryString() query: Record<string, unknown>,
  ): Promise<Page<WebhookDelivery>> {
    const read = new QueryReader(query);
    return this.api.deliveries.listOf(caller.tenantId, `wh_${id}`, read.result(deliveryFilter(read)));
  }

  @Post('wh_:id/recover')
  @HttpCode(202)
  async recover(
    @Caller() caller: WebhookCaller,
    @Param('id') id: string,
    @Body() body: Record<string, unknown>,
  ): Promise<RecoverResult> {
    this.api.limits.take('recover', caller.tenantId);
    return this.api.endpoints.recover(caller.tenantId, `wh_${id}`, body as never, caller);
  }
}

function page(read: QueryReader): { limit?: number; cursor?: string } {
  return { limit: read.wholeNumber('limit', 1, PAGE_LIMIT.max), cursor: read.text('cursor') };
}

function deliveryFilter(read: QueryReader): DeliveryFilter {
  return {
    ...page(read),
    states: read.manyOf('state', DELIVERY_STATES),
    eventType: read.text('eventType', 128),
    statusClass: read.oneOf('statusClass', STATUS_CLASSES),
    subject: read.text('subject'),
    since: read.instant('since'),
    until: read.instant('until'),
    test: read.flag('test'),
  };
}
