import { isPhoneId, maskBody, maskPayload, type Shown } from './mask-payload.js';
import { isInstant, maskPhoneNumbers } from './phone-numbers.js';

type Fields = Record<string, unknown>;

/** Fields that the module itself fills in: ids, numbers, cursors. */
const OWN_FIELDS = new Set([
  'id',
  'sequence',
  'endpointId',
  'eventId',
  'waitsFor',
  'nextCursor',
  'tenantId',
  'type',
  'wireType',
]);
/** The field that holds the headers of the module's request: times, ids and masked signatures. */
const OWN_HEADERS = 'headers';
/** Response headers whose digits are not phone numbers. */
const HEADERS_WITH_NUMBERS = new Set([
  'content-length',
  'date',
  'last-modified',
  'expires',
  'age',
  'retry-after',
]);

/** Where a field is. */
interface Around {
  /** The field belongs to an endpoint. An endpoint's URL and description are the owner's own, so they are not masked. */
  isOfEndpoint: boolean;
}

/** Masks a response of the API for the page: texts of events and of receivers' responses, and phone numbers in other fields. */
export function maskAnswer(answer: unknown, shown: Shown): unknown {
  return shown.bodies && shown.phoneNumbers ? answer : mask(answer, shown, '', { isOfEndpoint: false });
}

function mask(value: unknown, shown: Shown, key: string, around: Around): unknown {
  if (Array.isArray(value)) return value.map((each) => mask(each, shown, key, around));
  if (typeof value === 'object' && value !== null) return maskFields(value as Fields, shown, around);
  if (typeof value !== 'string') return value;
  if (key === 'body' || key === 'response') return maskBody(value, shown);
  if (shown.phoneNumbers || OWN_FIELDS.has(key) || HEADERS_WITH_NUMBERS.has(key) || isInstant(value))
    return value;
  if (key === 'subject')
    return /^[\w.:~=-]+$/.test(value) && !isPhoneId(value) ? value : maskPhoneNumbers(value);
  if ((key === 'url' || key === 'description') && around.isOfEndpoint) return value;
  return maskPhoneNumbers(value);
}

function maskFields(fields: Fields, shown: Shown, { isOfEndpoint }: Around): Fields {
  const around = {
    isOfEndpoint: isOfEndpoint || typeof fields.endpointId === 'string' || 'publicNo' in fields,
  };
  const isEvent = 'sequence' in fields && !('nextCursor' in fields);
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]): [string, unknown] => {
      if (name === 'data' && isEvent) return [name, maskPayload(value, shown)];
      if (name === OWN_HEADERS) return [name, value];
      return [name, mask(value, shown, name, around)];
    }),
  );
}
