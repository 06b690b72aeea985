import { randomUUID } from 'node:crypto';
import { notFound } from './request-error.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const VALUES = new Map([...ALPHABET].map((character, value) => [character, value]));

/** The prefixes of the ids that leave the module: `evt_` an event, `wh_` an endpoint. */
export type IdPrefix = 'evt' | 'wh';

/** A new UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then 74 random bits. Lower case, with dashes. */
export function newUuid(now: number = Date.now()): string {
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** `wh` and a UUID give `wh_` + 26 characters (Crockford base32 of its 128 bits). */
export function encodeId(prefix: IdPrefix, uuid: string): string {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
  let text = '';
  let bits = 2; // 26 characters hold 130 bits: the first two are zero.
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(held >> bits) & 31];
    }
  }
  return `${prefix}_${text}`;
}

/** The UUID behind a public id, or `null` for anything else: another prefix, another length, a foreign character. */
export function decodeId(prefix: IdPrefix, id: string): string | null {
  if (typeof id !== 'string' || id.length !== prefix.length + 27 || !id.startsWith(`${prefix}_`)) return null;
  let bits = -2;
  let held = 0;
  let hex = '';
  for (const character of id.slice(prefix.length + 1)) {
    const value = VALUES.get(character);
    if (value === undefined || (bits === -2 && value > 7)) return null;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      hex += ((held >> bits) & 255).toString(16).padStart(2, '0');
    }
  }
  return [0, 8, 12, 16, 20].map((from, i, all) => hex.slice(from, all[i + 1])).join('-');
}

/** `dlv_` + the database's number. */
export function encodeDeliveryId(id: string | number): string {
  return `dlv_${id}`;
}

/** The number behind `dlv_…` as a string (it may pass 2^53), or `null`. */
export function decodeDeliveryId(id: string): string | null {
  const match = /^dlv_([1-9]\d{0,17})$/.exec(id);
  return match ? match[1]! : null;
}

/** The UUID behind `wh_…`. Throws a 404 for anything else: an id that cannot exist names no endpoint. */
export function requireEndpointUuid(id: string): string {
  const uuid = decodeId('wh', id);
  if (uuid === null) throw notFound('endpoint');
  return uuid;
}
