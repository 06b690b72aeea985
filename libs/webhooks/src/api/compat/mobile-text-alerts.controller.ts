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
import { CompatEndpoints } from './compat-endpoints.js';
import { MobileTextAlertsErrors } from './compat-errors.js';
import { JsonAsFormInterceptor, readFormAsJson } from './json-as-form.js';

const PROFILE = 'mobile-text-alerts';

/** A webhook as Mobile Text Alerts shows it: the secret never comes back. */
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

interface Answer<Data> {
  message: string;
  data: Data;
}

/** `…/v3/webhooks` of Mobile Text Alerts, over the endpoints of its profile. */
@Controller({ path: 'v3/webhooks', version: VERSION_NEUTRAL })
@UseInterceptors(JsonAsFormInterceptor)
@UseFilters(MobileTextAlertsErrors)
export class MobileTextAlertsController {
  constructor(protected readonly endpoints: CompatEndpoints) {}

  @Post()
  @HttpCode(200)
  async create(@Caller() caller: WebhookCaller): Promise<Answer<MobileTextAlertsWebhook>> {
    const fields = { events: null, ...toFields(readFormAsJson(caller.request)), profile: PROFILE };
    return answer(await this.endpoints.create(caller, fields as never), 'created');
  }

  @Get()
  async list(
    @Caller() caller: WebhookCaller,
    @QueryString() query: Record<string, unknown>,
  ): Promise<Answer<{ page: number; pageSize: number; total: number; rows: MobileTextAlertsWebhook[] }>> {
    const read = new QueryReader(query);
    const { page = 0, pageSize = 100 } = read.result({
      page: read.whole('page', 0, 1_000_000),
      pageSize: read.whole('pageSize', 1, 100),
    });
    const all = await this.endpoints.all(PROFILE, caller);
    const rows = all.slice(page * pageSize, (page + 1) * pageSize).map(toWebhook);
    return { message: `${rows.length} webhooks found.`, data: { page, pageSize, total: all.length, rows } };
  }

  @Patch(':id')
  async update(
    @Caller() caller: WebhookCaller,
    @Param('id') id: string,
  ): Promise<Answer<MobileTextAlertsWebhook>> {
    const row = await this.endpoints.byNumber(PROFILE, caller, id);
    const fields = toFields(readFormAsJson(caller.request));
    return answer(await this.endpoints.update(caller, row, fields as never), 'updated');
  }

  @Delete(':id')
  async delete(@Caller() caller: WebhookCaller, @Param('id') id: string): Promise<{ message: string }> {
    const row = await this.endpoints.byNumber(PROFILE, caller, id);
    await this.endpoints.delete(caller, row);
    return { message: `Webhook ${row.lane.id} deleted successfully.` };
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

/** The fields that the platform knows, as ours; others are left alone, as it leaves them. */
function toFields(body: unknown): Record<string, unknown> {
  const { event, ...given } = (body ?? {}) as Record<string, unknown>;
  if (event !== undefined && typeof event !== 'string') {
    throw badRequest({ field: 'event', code: 'wrong_type', message: 'event must be a string.' });
  }
  const known = Object.entries(given).filter(([field]) => FIELDS.includes(field));
  return Object.fromEntries(event === undefined ? known : [...known, ['events', [event]]]);
}

function answer(row: EndpointRecord, done: 'created' | 'updated'): Answer<MobileTextAlertsWebhook> {
  return { message: `Webhook ${row.lane.id} ${done} successfully.`, data: toWebhook(row) };
}

function toWebhook(row: EndpointRecord): MobileTextAlertsWebhook {
  return {
    id: Number(row.lane.id),
    event: row.events[0]!,
    url: row.url,
    alertEmail: row.alertEmail,
    sendAlertEmail: row.sendAlertEmail,
    skipErrors: row.skipErrors,
    skipErrorCodes: row.skipErrorCodes,
    retryOnError: row.retryOnError,
    maxThroughputPerMinute: row.lane.maxThroughputPerMinute,
    createdAt: formatInstant(row.createdAt),
  };
}
