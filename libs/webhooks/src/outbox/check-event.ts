import { InvalidEventError } from '../core/errors.js';
import { isEventType, type WebhookEventFields } from '../events/event.js';
import { newUuid } from '../core/ids.js';
import type { NewEvent } from '../store/postgres/publish/insert-events.js';

/** A callback longer than any URL we accept is kept this far, to show why it was refused. */
const CALLBACK_KEPT = 4096;

type AnyEvent = WebhookEventFields & { type: string; data: unknown };

/**
 * Checks one event and serialises its data, once: later changes of the object are not sent.
 * Throws {@link InvalidEventError} naming its place, the field and the fix.
 */
export function checkEvent(event: AnyEvent, index: number, payloadBytes: number): NewEvent {
  const fail = (field: string, fix: string): never => {
    throw new InvalidEventError(index, field, fix);
  };
  if (typeof event !== 'object' || event === null) fail('event', 'must be an object');
  const string = (field: keyof AnyEvent, value: unknown): string => {
    if (typeof value !== 'string' || value === '') return fail(field, 'must be a text that is not empty');
    if (value.length > 255) fail(field, `must be at most 255 characters (it has ${value.length})`);
    if (value.includes('\0') || !value.isWellFormed())
      fail(field, 'must hold no NUL and no half of a surrogate pair');
    return value;
  };
  const optional = (field: keyof AnyEvent, value: unknown) =>
    value === undefined || value === null ? null : string(field, value);

  const type = string('type', event.type);
  if (!isEventType(type)) {
    fail(
      'type',
      'must be lower-case words joined by full stops, at most 128 characters, such as message.delivered',
    );
  }
  const { occurredAt, callbackUrl } = event;
  if (occurredAt !== undefined && !(occurredAt instanceof Date && Number.isFinite(occurredAt.getTime()))) {
    fail('occurredAt', 'must be a valid Date');
  }
  if (callbackUrl !== undefined && callbackUrl !== null && typeof callbackUrl !== 'string') {
    fail('callbackUrl', 'must be a text');
  }
  return {
    uuid: newUuid(),
    tenantId: string('tenantId', event.tenantId),
    type,
    subject: optional('subject', event.subject),
    occurredAt: occurredAt === undefined ? null : occurredAt.getTime(),
    source: optional('source', event.source),
    data: serialise(event.data, index, payloadBytes),
    callbackUrl: callbackUrl ? storable(callbackUrl) : null,
    idempotencyKey: optional('idempotencyKey', event.idempotencyKey),
    test: false,
    endpointId: null,
  };
}

function serialise(data: unknown, index: number, payloadBytes: number): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(data);
  } catch (error) {
    throw new InvalidEventError(
      index,
      'data',
      `must be JSON-safe (${(error as Error).message.split('\n')[0]})`,
    );
  }
  if (text === undefined) throw new InvalidEventError(index, 'data', `must be JSON-safe, not ${typeof data}`);
  const bytes = text.length * 3 <= payloadBytes ? 0 : Buffer.byteLength(text);
  if (bytes > payloadBytes) {
    throw new InvalidEventError(
      index,
      'data',
      `must be at most ${payloadBytes} bytes as JSON (it has ${bytes})`,
    );
  }
  return text;
}

/** A callback URL comes from a customer: what the database cannot hold is replaced, and refused later as a URL. */
function storable(url: string): string {
  return url.slice(0, CALLBACK_KEPT).replaceAll('\0', '\uFFFD').toWellFormed();
}
