import { randomUUID } from 'node:crypto';
import { notFound } from './request-error.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** The two characters for each ten-bit number. */
const PAIRS = Array.from({ length: 1024 }, (_, bits) => `${ALPHABET[bits >> 5]}${ALPHABET[bits & 31]}`);
const VALUES = new Map([...ALPHABET].map((character, value) => [character, value]));

/** Prefixes of public ids: `evt_` of an event, `wh_` of an endpoint, `job_` of a job. */
type IdPrefix = 'evt' | 'wh' | 'job';

/**
 * Returns a new UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then 74 bits of `random`. Lower case, with dashes.
 *
 * @param random a random UUID; the same `now` and the same `random` return the same id
 */
export function newUuid(now: number = Date.now(), random: string = randomUUID()): string {
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

/** Returns the public id of a UUID, such as `wh_` and 26 characters (Crockford base32 of the UUID's 128 bits). */
export function encodeId(prefix: IdPrefix, uuid: string): string {
  const hex = uuid.replaceAll('-', '');
  let text = PAIRS[parseInt(hex.slice(0, 2), 16)]!; // 26 characters have 130 bits: the first two bits are zero.
  for (let at = 2; at < hex.length; at += 5) {
    const bits = parseInt(hex.slice(at, at + 5), 16);
    text += PAIRS[bits >> 10]! + PAIRS[bits & 1023]!;
  }
  return `${prefix}_${text}`;
}

/** Returns the UUID of a public id, or `null` if its prefix, length or characters are wrong. */
export function decodeId(prefix: IdPrefix, id: string): string | null {
  if (typeof id !== 'string' || id.length !== prefix.length + 27 || !id.startsWith(`${prefix}_`)) return null;
  let bits = -2;
  let buffer = 0;
  let hex = '';
  for (const character of id.slice(prefix.length + 1)) {
    const value = VALUES.get(character);
    if (value === undefined || (bits === -2 && value > 7)) return null;
    buffer = ((buffer << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      hex += ((buffer >> bits) & 255).toString(16).padStart(2, '0');
    }
  }
  return [0, 8, 12, 16, 20].map((from, i, all) => hex.slice(from, all[i + 1])).join('-');
}

/** Returns `dlv_` and the database's number. */
export function encodeDeliveryId(id: string | number): string {
  return `dlv_${id}`;
}

/** Returns the number of a `dlv_…` id, or `null` for any other text. The number is a string, because it may exceed 2^53. */
export function decodeDeliveryId(id: string): string | null {
  const match = /^dlv_([1-9]\d{0,17})$/.exec(id);
  return match ? match[1]! : null;
}

/** Returns the UUID of a `wh_…` id. Throws a 404 for any other text, as for an endpoint that does not exist. */
export function requireEndpointUuid(id: string): string {
  const uuid = decodeId('wh', id);
  if (uuid === null) throw notFound('endpoint');
  return uuid;
}
