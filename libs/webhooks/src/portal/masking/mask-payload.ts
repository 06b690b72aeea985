import { isInstant, isPhoneNumber, MASK, maskPhoneNumbers } from './phone-numbers.js';

/** Replaces any text, so that not even its length shows. */
export const MASKED_TEXT = MASK.repeat(8);

/** What the host lets the page show. */
export interface Shown {
  bodies: boolean;
  phoneNumbers: boolean;
}

/** Keys of ids: `id`, `messageId`, `message_id`, `uuid`. */
const ID_KEY = /(^|[_-])(ids?|uuid|guid|uid)$|[a-z\d](IDs?|Ids?|Uuid|UUID|Guid|GUID|Uid|UID)$/;
/** Keys whose values come from a vocabulary, such as `delivered`, and were not written by a person. */
const WORD_KEY =
  /^(type|event|event_?type|status|state|direction|(error|status)_?code|reason|channel|encoding|object|version|spec_?version|country|currency|object_?type|message_?type)$/i;
/** Keys of codes that people type in. Numbers under these keys are masked like texts. */
const CODE_KEY = /(^|[a-z_-])(code|otp|pin|token|password)$/i;
/** Keys that end in a whole word for a time: `sentDate`, but not `candidate`. Numbers under these keys are not masked. */
const TIME_KEY =
  /(^|[_-])((date)?time|timestamp|date|at|created|updated|expires?|occurred)$|[a-z\d](Time|Timestamp|Date|At|Created|Updated|Expires?|Occurred)$/;
/** Counters have up to nine digits, and snowflake ids have more than fifteen. Ids in between may be phone numbers. */
const PHONE_DIGITS = /^\d{10,15}$/;
const WORD = /^[\p{L}\p{N}._-]{1,64}$/u;
const ID = /^[\w.:~=-]{1,128}$/;
const MAX_NUMBER_DIGITS = 6;
/** Limits the depth, because a receiver may respond with thousands of brackets. */
const MAX_DEPTH = 64;

/**
 * Masks texts and phone numbers in a customer's event. Keeps keys, ids, types, times and statuses, so that the shape of the
 * event can be recognised.
 */
export function maskPayload(payload: unknown, shown: Shown, key = '', depth = 0): unknown {
  if (depth > MAX_DEPTH) return MASKED_TEXT;
  if (Array.isArray(payload)) return payload.map((each) => maskPayload(each, shown, key, depth + 1));
  if (typeof payload === 'object' && payload !== null) {
    const entries = Object.entries(payload).map(([name, value]): [string, unknown] => [
      shown.phoneNumbers ? name : maskPhoneNumbers(name),
      maskPayload(value, shown, name, depth + 1),
    ]);
    return Object.fromEntries(entries);
  }
  if (typeof payload === 'string') return maskText(payload, shown, key);
  if (typeof payload === 'number') return maskNumber(payload, shown, key);
  return payload;
}

/** Masks a body, which is JSON or any other text. */
export function maskBody(body: string, shown: Shown): string {
  if (shown.bodies && shown.phoneNumbers) return body;
  const isIndented = /^\s*[{[]\s*\n/.test(body);
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null)
      return JSON.stringify(maskPayload(parsed, shown), null, isIndented ? 2 : 0);
  } catch {
    // The body is not JSON, or is only the beginning of a longer body.
  }
  if (!shown.bodies) return body === '' ? body : MASKED_TEXT;
  return maskPhoneNumbers(body);
}

function maskText(text: string, shown: Shown, key: string): string {
  if (text === '' || isInstant(text)) return text;
  if (ID_KEY.test(key) && ID.test(text))
    return shown.phoneNumbers || !isPhoneId(text) ? text : maskPhoneNumbers(text);
  if (isPhoneNumber(text)) return shown.phoneNumbers ? text : maskPhoneNumbers(text);
  if (shown.bodies) return shown.phoneNumbers ? text : maskPhoneNumbers(text);
  if (WORD_KEY.test(key) && WORD.test(text)) return text;
  return MASKED_TEXT;
}

/** Returns whether an id may be a phone number. */
export const isPhoneId = (id: string): boolean =>
  id.startsWith('+') || PHONE_DIGITS.test(id.replace(/^(tel|sms|phone|msisdn)[:_-]/i, ''));

function maskNumber(number: number, shown: Shown, key: string): number | string {
  if (!shown.bodies && CODE_KEY.test(key) && !WORD_KEY.test(key)) return MASKED_TEXT;
  const digits = String(Math.abs(number));
  if (shown.phoneNumbers || digits.length <= MAX_NUMBER_DIGITS || !Number.isInteger(number)) return number;
  if (TIME_KEY.test(key)) return number;
  if (ID_KEY.test(key)) return PHONE_DIGITS.test(digits) ? maskPhoneNumbers(digits) : number;
  return maskPhoneNumbers(digits);
}
