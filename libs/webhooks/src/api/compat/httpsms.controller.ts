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
import { bodyObject } from './body-object.js';
import { CompatEndpoints } from './compat-endpoints.js';
import { HttpsmsErrors } from './compat-errors.js';

const PROFILE = 'httpsms';
const PHONE_NUMBER = /^\+?\d{2,15}$/;

/** A webhook as httpSMS returns it. It contains the signing key, because scripts of the platform's customers read the key. */
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

interface ResponseBody<Data> {
  status: 'success';
  message: string;
  data: Data;
}

/** `…/v1/webhooks` of httpSMS, for the endpoints of its profile. */
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
  ): Promise<ResponseBody<HttpsmsWebhook[]>> {
    const read = new QueryReader(query, 'all');
    const {
      skip = 0,
      limit = 20,
      text,
    } = read.result({
      skip: read.wholeNumber('skip', 0, 1_000_000),
      limit: read.wholeNumber('limit', 1, 100),
      text: query.query === '' ? undefined : read.text('query', 100)?.toLowerCase(),
    });
    const all = await this.endpoints.all(PROFILE, caller);
    const matching = text === undefined ? all : all.filter(({ url }) => url.toLowerCase().includes(text));
    const data = matching.slice(skip, skip + limit).map((endpoint) => {
      const webhook = this.toWebhook(endpoint);
      if (webhook.signing_key !== '') this.endpoints.recordRevealed(caller, endpoint);
      return webhook;
    });
    return success(`fetched ${data.length} ${data.length === 1 ? 'webhook' : 'webhooks'}`, data);
  }

  @Post()
  @Header('Cache-Control', 'no-store')
  async create(
    @Caller() caller: WebhookCaller,
    @Body() body: Record<string, unknown>,
  ): Promise<ResponseBody<HttpsmsWebhook>> {
    const { key, ...fields } = fieldsOf(body);
    const input = { ...fields, secret: key, profile: PROFILE } as never;
    const created = await this.endpoints.create(caller, input);
    return success('webhook created successfully', this.toWebhook(created));
  }

  @Put(':id')
  @Header('Cache-Control', 'no-store')
  async replace(
    @Caller() caller: WebhookCaller,
    @Param('id') id: string,
    @Body() body: Record<string, unknown>,
  ): Promise<ResponseBody<HttpsmsWebhook>> {
    const before = await this.endpoints.byUuid(PROFILE, caller, id);
    const { key, ...fields } = fieldsOf(body);
    const changes = fields as unknown as ChangeEndpoint;
    // Sending the same key again does not rotate it.
    if (key !== this.endpoints.secretOf(before)) changes.secret = key as string | null;
    const after = await this.endpoints.update(caller, before, changes);
    return success('webhook updated successfully', this.toWebhook(after));
  }

  @Delete(':id')
  @HttpCode(200)
  async delete(@Caller() caller: WebhookCaller, @Param('id') id: string): Promise<ResponseBody<null>> {
    await this.endpoints.delete(caller, await this.endpoints.byUuid(PROFILE, caller, id));
    return success('webhook deleted successfully', null);
  }

  private toWebhook(endpoint: EndpointRecord): HttpsmsWebhook {
    return {
      id: endpoint.id,
      user_id: endpoint.tenantId,
      url: endpoint.url,
      signing_key: this.endpoints.secretOf(endpoint) ?? '',
      phone_numbers: endpoint.phoneNumbers ?? [],
      events: endpoint.events,
      created_at: formatInstant(endpoint.createdAt),
      updated_at: formatInstant(endpoint.updatedAt),
    };
  }
}

function success<Data>(message: string, data: Data): ResponseBody<Data> {
  return { status: 'success', message, data };
}

/** The platform's fields under our names. A PUT replaces the webhook: without a key, the webhook becomes unsigned. */
function fieldsOf(body: unknown): { url: unknown; events: unknown; phoneNumbers: unknown; key: unknown } {
  const { url, events, phone_numbers: numbers, signing_key: key } = bodyObject(body);
  if (!Array.isArray(numbers) || numbers.length === 0 || !numbers.every(isPhoneNumber)) {
    throw badRequest({
      field: 'phone_numbers',
      code: 'invalid',
      message: 'The phone_numbers field must hold one or more phone numbers such as +18005550199.',
    });
  }
  const trimmed = typeof key === 'string' ? key.trim() : key;
  return {
    // A missing `url` or `events` becomes null, which is refused. With `undefined`, the update would keep the old value.
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
