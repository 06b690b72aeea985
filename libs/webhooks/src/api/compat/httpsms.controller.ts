import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  Put,
  Query as QueryString,
  UseFilters,
  UseInterceptors,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { badRequest } from '../../core/request-error.js';
import { Caller, type WebhookCaller } from '../caller.js';
import { CallerInterceptor } from '../caller.interceptor.js';
import type { ChangeEndpoint } from '../../endpoints/register-endpoint.dto.js';
import type { EndpointRecord } from '../../store/endpoint-store.js';
import { formatInstant } from '../../core/instants.js';
import { QueryReader } from '../query-reader.js';
import { CompatEndpoints } from './compat-endpoints.js';
import { HttpsmsErrors } from './compat-errors.js';

const PROFILE = 'httpsms';
const PHONE_NUMBER = /^\+?\d{2,15}$/;

/** A webhook as httpSMS shows it. It echoes the signing key: its customers' scripts read it back. */
export interface HttpsmsWebhook {
  id: string;
  user_id: string;
  url: string;
  signing_key: string;
  phone_numbers: string[];
  events: string[];
  created_at: string;
  updated_at: string;
}

interface Answer<Data> {
  status: 'success';
  message: string;
  data: Data;
}

/** `…/v1/webhooks` of httpSMS, over the endpoints of its profile. */
@Controller({ path: 'v1/webhooks', version: VERSION_NEUTRAL })
@UseInterceptors(CallerInterceptor)
@UseFilters(HttpsmsErrors)
export class HttpsmsController {
  constructor(protected readonly endpoints: CompatEndpoints) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  async list(
    @Caller() caller: WebhookCaller,
    @QueryString() query: Record<string, unknown>,
  ): Promise<Answer<HttpsmsWebhook[]>> {
    const read = new QueryReader(query);
    const {
      skip = 0,
      limit = 20,
      text,
    } = read.result({
      skip: read.whole('skip', 0, 1_000_000),
      limit: read.whole('limit', 1, 100),
      text: query.query === '' ? undefined : read.text('query', 100)?.toLowerCase(),
    });
    const all = await this.endpoints.all(PROFILE, caller);
    const found = text === undefined ? all : all.filter(({ url }) => url.toLowerCase().includes(text));
    const data = found.slice(skip, skip + limit).map((row) => {
      const webhook = this.toWebhook(row);
      if (webhook.signing_key !== '') this.endpoints.recordRevealed(caller, row);
      return webhook;
    });
    return success(`fetched ${data.length} ${data.length === 1 ? 'webhook' : 'webhooks'}`, data);
  }

  @Post()
  @Header('Cache-Control', 'no-store')
  async create(
    @Caller() caller: WebhookCaller,
    @Body() body: Record<string, unknown>,
  ): Promise<Answer<HttpsmsWebhook>> {
    const { key, ...fields } = fieldsOf(body);
    const row = await this.endpoints.create(caller, { ...fields, secret: key, profile: PROFILE } as never);
    return success('webhook created successfully', this.toWebhook(row));
  }

  @Put(':id')
  @Header('Cache-Control', 'no-store')
  async replace(
    @Caller() caller: WebhookCaller,
    @Param('id') id: string,
    @Body() body: Record<string, unknown>,
  ): Promise<Answer<HttpsmsWebhook>> {
    const row = await this.endpoints.byUuid(PROFILE, caller, id);
    const { key, ...fields } = fieldsOf(body);
    const changes = fields as unknown as ChangeEndpoint;
    // The same key again is no rotation.
    if (key !== this.endpoints.secretOf(row)) changes.secret = key as string | null;
    const after = await this.endpoints.update(caller, row, changes);
    return success('webhook updated successfully', this.toWebhook(after));
  }

  @Delete(':id')
  @HttpCode(200)
  async delete(@Caller() caller: WebhookCaller, @Param('id') id: string): Promise<Answer<null>> {
    await this.endpoints.delete(caller, await this.endpoints.byUuid(PROFILE, caller, id));
    return success('webhook deleted successfully', null);
  }

  private toWebhook(row: EndpointRecord): HttpsmsWebhook {
    return {
      id: row.id,
      user_id: row.tenantId,
      url: row.url,
      signing_key: this.endpoints.secretOf(row) ?? '',
      phone_numbers: row.phoneNumbers ?? [],
      events: row.events,
      created_at: formatInstant(row.createdAt),
      updated_at: formatInstant(row.updatedAt),
    };
  }
}

function success<Data>(message: string, data: Data): Answer<Data> {
  return { status: 'success', message, data };
}

/** The platform's fields as ours. All of them are the webhook: what is missing is missing afterwards. */
function fieldsOf(body: unknown): { url: unknown; events: unknown; phoneNumbers: unknown; key: unknown } {
  const { url, events, phone_numbers: numbers, signing_key: key } = (body ?? {}) as Record<string, unknown>;
  if (!Array.isArray(numbers) || numbers.length === 0 || !numbers.every(isPhoneNumber)) {
    throw badRequest({
      field: 'phone_numbers',
      code: 'invalid',
      message: 'The phone_numbers field must hold one or more phone numbers such as +18005550199.',
    });
  }
  const trimmed = typeof key === 'string' ? key.trim() : key;
  return {
    // Null is refused, where leaving it out would leave the old one in place.
    url: typeof url === 'string' ? withScheme(url.trim()) : (url ?? null),
    events: events ?? null,
    phoneNumbers: [...new Set(numbers)],
    key: trimmed === undefined || trimmed === '' ? null : trimmed,
  };
}

const isPhoneNumber = (value: unknown): value is string =>
  typeof value === 'string' && PHONE_NUMBER.test(value);

function withScheme(url: string): string {
  return url === '' || url.includes('://') ? url : `https://${url}`;
}
