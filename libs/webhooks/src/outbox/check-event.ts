import { closestName } from '../config/closest-name.js';
import { InvalidEventError } from '../core/errors.js';
import { newUuid } from '../core/ids.js';
import { findDataProblem } from '../events/catalogue/data-problem.js';
import { isEventType, type WebhookEventFields } from '../events/event.js';
import type { NewEvent } from '../store/outbox-store.js';
import type { EventRules } from './event-rules.js';

const MAX_FIELD_LENGTH = 255;
/** Longer callback URLs are cut to this length. The cut URL is still too long for the URL policy. */
const MAX_CALLBACK_LENGTH = 4096;
/** Maximum number of UTF-8 bytes per UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;

type AnyEvent = WebhookEventFields & { type: string; data: unknown };

/**
 * Checks one event and serializes its data: later changes of the object are not sent. Throws {@link InvalidEventError},
 * which names the event's index, the field and the fix.
 */
export function checkEvent(event: AnyEvent, index: number, rules: EventRules): NewEvent {
  const fail = (field: string, fix: string): never => {
    throw new InvalidEventError(index, field, fix);
  };
  if (typeof event !== 'object' || event === null) fail('event', 'must be an object');
  const text = (field: keyof AnyEvent, value: unknown): string => {
    if (typeof value !== 'string' || value === '') return fail(field, 'must be a non-empty string');
    if (value.length > MAX_FIELD_LENGTH)
      fail(field, `must be at most ${MAX_FIELD_LENGTH} characters (it has ${value.length})`);
    if (value.includes('\0') || !value.isWellFormed())
      fail(field, 'must not contain NUL or an unpaired surrogate');
    return value;
  };
  const optionalText = (field: keyof AnyEvent, value: unknown) =>
    value === undefined || value === null ? null : text(field, value);

  const type = text('type', event.type);
  if (!isEventType(type)) {
    fail(
      'type',
      'must be lower-case words joined by dots, at most 128 characters, such as message.delivered',
    );
  }
  if (!rules.types.has(type) && !rules.allowsUnknownTypes) fail('type', unknownTypeFix(type, rules));
  const { occurredAt, callbackUrl } = event;
  if (occurredAt !== undefined && !(occurredAt instanceof Date && Number.isFinite(occurredAt.getTime()))) {
    fail('occurredAt', 'must be a valid Date');
  }
  if (callbackUrl !== undefined && callbackUrl !== null && typeof callbackUrl !== 'string') {
    fail('callbackUrl', 'must be a string');
  }
  const data = toJson(event.data, index, rules.maxDataBytes);
  if (rules.checksData) checkData(type, data, index, rules);
  return {
    uuid: newUuid(),
    tenantId: text('tenantId', event.tenantId),
    type,
    subject: optionalText('subject', event.subject),
    occurredAt: occurredAt === undefined ? null : occurredAt.getTime(),
    source: optionalText('source', event.source),
    data,
    callbackUrl: callbackUrl ? toStorable(callbackUrl) : null,
    idempotencyKey: optionalText('idempotencyKey', event.idempotencyKey),
    test: false,
    endpointId: null,
  };
}

function unknownTypeFix(type: string, { types }: EventRules): string {
  const closest = closestName(type, [...types.keys()]);
  const meant = closest === null ? '' : `Did you mean "${closest}"? `;
  return `must be a known event type, not "${type}". ${meant}List event types of your own in the option eventTypes`;
}

function toJson(data: unknown, index: number, maxBytes: number): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(data);
  } catch (error) {
    const [firstLine] = (error as Error).message.split('\n');
    throw new InvalidEventError(index, 'data', `must be JSON-safe (${firstLine})`);
  }
  if (json === undefined) throw new InvalidEventError(index, 'data', `must be JSON-safe, not ${typeof data}`);
  // Most data is far smaller than the limit, so the bytes are counted only if they may exceed the limit.
  const bytes = json.length * MAX_BYTES_PER_UNIT <= maxBytes ? 0 : Buffer.byteLength(json);
  if (bytes > maxBytes) {
    throw new InvalidEventError(index, 'data', `must be at most ${maxBytes} bytes as JSON (it has ${bytes})`);
  }
  return json;
}

/** Checks what receivers get: the JSON, not the object. */
function checkData(type: string, json: string, index: number, { types }: EventRules): void {
  const found = findDataProblem(types.get(type)?.schema, JSON.parse(json));
  if (!found) return;
  const source = `according to the schema of ${type} that GET …/event-types shows (option checkEventData)`;
  throw new InvalidEventError(index, found.field, `${found.problem}, ${source}`);
}

/** A callback URL comes from a customer. Characters that the database cannot store are replaced; the URL is refused later. */
function toStorable(url: string): string {
  return url.slice(0, MAX_CALLBACK_LENGTH).replaceAll('\0', '\uFFFD').toWellFormed();
}
