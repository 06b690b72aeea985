import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query as QueryString,
  UseFilters,
  UseInterceptors,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { badRequest } from '../../core/request-error.js';
import { Caller, type WebhookCaller } from '../caller.js';
import type { EndpointRecord } from '../../store/endpoint-store.js';
import { formatInstant } from '../../core/instants.js';
import { QueryReader } from '../query-reader.js';
import { bodyObject } from './body-object.js';
import { CompatEndpoints } from './compat-endpoints.js';
import { MobileTextAlertsErrors } from './compat-errors.js';
import { readJson, UnlabelledJsonInterceptor } from './unlabelled-json.js';

const PROFILE = 'mobile-text-alerts';

/** A webhook as Mobile Text Alerts returns it, without the secret. */
export interface MobileTextAlertsWebhook {
  id: number;
  event: string;
  url: string;
  alertEmail: string | null;
  sendAlertEmail: boolean;
  skipErrors: boolean;
  skipErrorCodes: string[];
  retryOnError: boolean;
  maxThroughputPerMinute: number | null;
  createdAt: string;
}

interface ResponseBody<Data> {
  message: string;
  data: Data;
}

/** `…/v3/webhooks` of Mobile Text Alerts, for the endpoints of its profile. */
@Controller({ path: 'v3/webhooks', version: VERSION_NEUTRAL })
@UseInterceptors(UnlabelledJsonInterceptor)
@UseFilters(MobileTextAlertsErrors)
export class MobileTextAlertsController {
  constructor(protected readonly endpoints: CompatEndpoints) {}

  @Post()
  @HttpCode(200)
  async create(@Caller() caller: WebhookCaller): Promise<ResponseBody<MobileTextAlertsWebhook>> {
    const fields = { events: null, ...toFields(readJson(caller.request)), profile: PROFILE };
    return success(await this.endpoints.create(caller, fields as never), 'created');
  }

  @Get()
  async list(
    @Caller() caller: WebhookCaller,
    @QueryString() query: Record<string, unknown>,
  ): Promise<
    ResponseBody<{ page: number; pageSize: number; total: number; rows: MobileTextAlertsWebhook[] }>
  > {
    const read = new QueryReader(query, 'all');
    const { page = 0, pageSize = 25 } = read.result({
      page: read.wholeNumber('page', 0, 1_000_000),
      pageSize: read.wholeNumber('pageSize', 1, 100),
    });
    const all = await this.endpoints.all(PROFILE, caller);
    const rows = all.slice(page * pageSize, (page + 1) * pageSize).map(toWebhook);
    return { message: `${rows.length} webhooks found.`, data: { page, pageSize, total: all.length, rows } };
  }

  @Patch(':id')
  async update(
    @Caller() caller: WebhookCaller,
    @Param('id') id: string,
  ): Promise<ResponseBody<MobileTextAlertsWebhook>> {
    const before = await this.endpoints.byNumber(PROFILE, caller, id);
    const fields = toFields(readJson(caller.request));
    return success(await this.endpoints.update(caller, before, fields as never), 'updated');
  }

  @Delete(':id')
  async delete(@Caller() caller: WebhookCaller, @Param('id') id: string): Promise<{ message: string }> {
    const endpoint = await this.endpoints.byNumber(PROFILE, caller, id);
    await this.endpoints.delete(caller, endpoint);
    return { message: `Webhook ${endpoint.lane.id} deleted successfully.` };
  }
}

const FIELDS = [
  'url',
  'secret',
  'alertEmail',
  'sendAlertEmail',
  'skipErrors',
  'skipErrorCodes',
  'retryOnError',
  'maxThroughputPerMinute',
];

/** The platform's fields under our names. Unknown fields are ignored, as on the platform. */
function toFields(body: unknown): Record<string, unknown> {
  const { event, ...fields } = bodyObject(body);
  if (event !== undefined && typeof event !== 'string') {
    throw badRequest({ field: 'event', code: 'wrong_type', message: 'event must be a string.' });
  }
  const known = Object.entries(fields).filter(([field]) => FIELDS.includes(field));
  return Object.fromEntries(event === undefined ? known : [...known, ['events', [event]]]);
}

function success(
  endpoint: EndpointRecord,
  done: 'created' | 'updated',
): ResponseBody<MobileTextAlertsWebhook> {
  return { message: `Webhook ${endpoint.lane.id} ${done} successfully.`, data: toWebhook(endpoint) };
}

function toWebhook(endpoint: EndpointRecord): MobileTextAlertsWebhook {
  return {
    id: Number(endpoint.lane.id),
    event: endpoint.events[0]!,
    url: endpoint.url,
    alertEmail: endpoint.alertEmail,
    sendAlertEmail: endpoint.sendAlertEmail,
    skipErrors: endpoint.skipErrors,
    skipErrorCodes: endpoint.skipErrorCodes,
    retryOnError: endpoint.retryOnError,
    maxThroughputPerMinute: endpoint.lane.maxThroughputPerMinute,
    createdAt: formatInstant(endpoint.createdAt),
  };
}
