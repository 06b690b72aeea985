import { Body, Get, HttpCode, Param, Post, Query as QueryString } from '@nestjs/common';
import type { Page } from '../../core/page.js';
import { DELIVERY_STATES, STATUS_CLASSES } from '../../core/states.js';
import type { DeliveryFilter } from '../../deliveries/delivery-filter.js';
import type { WebhookDelivery } from '../../deliveries/delivery.js';
import type { WebhookDeliveryDetail } from '../../deliveries/delivery-detail.js';
import type { EventTypeList } from '../../endpoints/event-types.js';
import type { EventReport } from '../../deliveries/event-report.js';
import { refuseFields } from '../../validation/read-input.js';
import { Caller, type WebhookCaller } from '../caller.js';
import { QueryReader } from '../query-reader.js';
import { readPage } from './read-page.js';
import { AccountRoutes } from './account-routes.js';

/** The routes that list, retry and cancel deliveries. */
export abstract class DeliveryRoutes extends AccountRoutes {
  @Get('subjects/:subject')
  subject(
    @Caller() caller: WebhookCaller,
    @Param('subject') subject: string,
    @QueryString() query: Record<string, unknown>,
  ): Promise<Page<EventReport>> {
    const path = new QueryReader({ subject });
    const read = this.api.query(query);
    return this.api.subjects.list(
      caller.tenantId,
      path.result(path.text('subject'))!,
      read.result(readPage(read)),
    );
  }

  @Get('deliveries')
  deliveries(
    @Caller() caller: WebhookCaller,
    @QueryString() query: Record<string, unknown>,
  ): Promise<Page<WebhookDelivery>> {
    const read = this.api.query(query);
    const filter = { ...deliveryFilter(read, this.api.eventTypes), endpointId: read.text('endpointId') };
    return this.api.deliveries.list(caller.tenantId, read.result(filter));
  }

  @Get('deliveries/dlv_:id')
  delivery(@Caller() caller: WebhookCaller, @Param('id') id: string): Promise<WebhookDeliveryDetail> {
    return this.api.deliveries.get(caller.tenantId, `dlv_${id}`);
  }

  @Post('deliveries/dlv_:id/retry')
  @HttpCode(202)
  async retry(
    @Caller() caller: WebhookCaller,
    @Param('id') id: string,
    @Body() body?: unknown,
  ): Promise<WebhookDeliveryDetail> {
    refuseFields(body);
    return this.api.limits.spend('retry', caller.tenantId, () =>
      this.api.deliveries.retry(caller.tenantId, `dlv_${id}`, caller),
    );
  }

  @Post('deliveries/dlv_:id/cancel')
  @HttpCode(200)
  async cancel(
    @Caller() caller: WebhookCaller,
    @Param('id') id: string,
    @Body() body?: unknown,
  ): Promise<WebhookDeliveryDetail> {
    refuseFields(body);
    return this.api.deliveries.cancel(caller.tenantId, `dlv_${id}`, caller);
  }

  @Get('wh_:id/deliveries')
  deliveriesOf(
    @Caller() caller: WebhookCaller,
    @Param('id') id: string,
    @QueryString() query: Record<string, unknown>,
  ): Promise<Page<WebhookDelivery>> {
    const read = this.api.query(query);
    return this.api.deliveries.listOf(
      caller.tenantId,
      `wh_${id}`,
      read.result(deliveryFilter(read, this.api.eventTypes)),
    );
  }
}

function deliveryFilter(read: QueryReader, types: EventTypeList): DeliveryFilter {
  return {
    ...readPage(read),
    states: read.manyOf('state', DELIVERY_STATES),
    eventType: read.name('eventType', types.allNames, types.isOpen),
    eventId: read.text('eventId'),
    deliveryId: read.text('deliveryId'),
    status: read.wholeNumber('status', 100, 999),
    statusClass: read.oneOf('statusClass', STATUS_CLASSES),
    subject: read.text('subject'),
    since: read.instant('since'),
    until: read.instant('until'),
    test: read.flag('test'),
  };
}
