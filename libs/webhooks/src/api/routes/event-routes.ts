import { Body, Get, HttpCode, Param, Post, Query as QueryString } from '@nestjs/common';
import type { Page } from '../../core/page.js';
import type { ReplayResult } from '../../event-log/event-replay.js';
import type { WebhookJob } from '../../event-log/job.js';
import type { LoggedEvent, LoggedEventDetail } from '../../event-log/logged-event.js';
import { Caller, type WebhookCaller } from '../caller.js';
import { refuseFields } from '../../validation/read-input.js';
import { readPage } from './read-page.js';
import { EndpointRoutes } from './endpoint-routes.js';

/** The routes that list and replay events, and that list and cancel replay jobs. */
export abstract class EventRoutes extends EndpointRoutes {
  @Get('events')
  events(
    @Caller() caller: WebhookCaller,
    @QueryString() query: Record<string, unknown>,
  ): Promise<Page<LoggedEvent>> {
    const read = this.api.query(query);
    const filter = {
      ...readPage(read),
      type: read.name('type', this.api.eventTypes.allNames, this.api.eventTypes.isOpen),
      subject: read.text('subject'),
      since: read.instant('since'),
      until: read.instant('until'),
    };
    return this.api.eventLog.list(caller.tenantId, read.result(filter));
  }

  @Get('events/evt_:id')
  event(@Caller() caller: WebhookCaller, @Param('id') id: string): Promise<LoggedEventDetail> {
    return this.api.eventLog.get(caller.tenantId, `evt_${id}`);
  }

  @Post('wh_:id/replay')
  @HttpCode(202)
  async replay(
    @Caller() caller: WebhookCaller,
    @Param('id') id: string,
    @Body() body: Record<string, unknown>,
  ): Promise<ReplayResult> {
    return this.api.limits.spend('replay', caller.tenantId, () =>
      this.api.eventLog.replay(caller.tenantId, `wh_${id}`, body as never, caller),
    );
  }

  @Get('jobs')
  jobs(
    @Caller() caller: WebhookCaller,
    @QueryString() query: Record<string, unknown>,
  ): Promise<Page<WebhookJob>> {
    const read = this.api.query(query);
    const filter = { ...readPage(read), endpointId: read.text('endpointId') };
    return this.api.jobs.list(caller.tenantId, read.result(filter));
  }

  @Get('jobs/job_:id')
  job(@Caller() caller: WebhookCaller, @Param('id') id: string): Promise<WebhookJob> {
    return this.api.jobs.get(caller.tenantId, `job_${id}`);
  }

  @Post('jobs/job_:id/cancel')
  @HttpCode(200)
  async cancelJob(
    @Caller() caller: WebhookCaller,
    @Param('id') id: string,
    @Body() body?: unknown,
  ): Promise<WebhookJob> {
    refuseFields(body);
    return this.api.jobs.cancel(caller.tenantId, `job_${id}`, caller);
  }
}
