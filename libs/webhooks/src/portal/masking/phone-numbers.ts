/** Seven to fifteen digits (E.164) with the separators that people write between them. */
const PHONE = /\+?\p{Nd}(?:[\s().\-\u2010-\u2015/]{0,2}\p{Nd}){6,14}/u;
/** An RFC 3339 instant, or a date. */
const INSTANT =
  /\d{4}-\d{2}-\d{2}(?!\d)(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[Zz]|[+-]\d{2}:?\d{2}(?!\d))?)?/;
/** Instants come first, so that a number right after a date is not taken as a part of the date. */
const INSTANT_OR_PHONE = new RegExp(`(${INSTANT.source})|${PHONE.source}`, 'gu');
const INSTANT_ALONE = new RegExp(`^${INSTANT.source}$`);
const PHONE_ALONE = new RegExp(`^\\s*${PHONE.source}\\s*$`, 'u');
/** Digits that are kept at each end. */
const SHOWN = { first: 3, last: 2 };

export const MASK = '•';

export const isInstant = (text: string): boolean => INSTANT_ALONE.test(text);

export const isPhoneNumber = (text: string): boolean => PHONE_ALONE.test(text) && !isInstant(text);

/** Masks each phone number in a text: `+234 ••• ••• ••34` keeps three digits at the beginning and two at the end. */
export function maskPhoneNumbers(text: string): string {
  return text.replace(INSTANT_OR_PHONE, (found, instant?: string) => instant ?? maskDigits(found));
}

function maskDigits(phone: string): string {
  const count = phone.match(/\p{Nd}/gu)!.length;
  let place = 0;
  return phone.replace(/\p{Nd}/gu, (digit) => {
    place += 1;
    return place <= SHOWN.first || place > count - SHOWN.last ? digit : MASK;
  });
}
