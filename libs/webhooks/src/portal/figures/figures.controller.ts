import { Controller, Get, Query, UseInterceptors } from '@nestjs/common';
import { Caller, type WebhookCaller } from '../../api/caller.js';
import { CallerInterceptor } from '../../api/caller.interceptor.js';
import { WebhooksApi } from '../../api/webhooks-api.js';
import { type EndpointFigures, MAX_HOURS, PortalFigures } from './portal-figures.js';

/** Returns in one call all figures that the list of endpoints shows. */
@Controller()
@UseInterceptors(CallerInterceptor)
export class FiguresController {
  constructor(
    private readonly figures: PortalFigures,
    private readonly api: WebhooksApi,
  ) {}

  @Get()
  list(
    @Caller() caller: WebhookCaller,
    @Query() query: Record<string, unknown>,
  ): Promise<{ data: EndpointFigures[] }> {
    const read = this.api.query(query);
    const hours = read.result(read.wholeNumber('hours', 1, MAX_HOURS));
    return this.figures.list(caller.tenantId, hours ?? MAX_HOURS);
  }
}
