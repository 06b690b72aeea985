/** Seven to fifteen digits (E.164) with the separators that people write between them. */
const PHONE = /\+?\p{Nd}(?:[\s().\-\u2010-\u2015/]{0,2}\p{Nd}){6,14}/gu;
/** A text that is only a phone number. */
const PHONE_ALONE = /^\s*\+?\p{Nd}(?:[\s().\-\u2010-\u2015/]{0,2}\p{Nd}){6,14}\s*$/u;
/** The start of an RFC 3339 instant or date. */
const DATE = /^\d{4}-\d{2}-\d{2}(?!\d)/;
const INSTANT = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;
/** Digits that are kept at each end. */
const SHOWN = { first: 3, last: 2 };

export const MASK = '•';

export const isInstant = (text: string): boolean => INSTANT.test(text);

export const isPhoneNumber = (text: string): boolean => PHONE_ALONE.test(text) && !isInstant(text);

/** Masks each phone number in a text: `+234 ••• ••• ••34` keeps three digits at the beginning and two at the end. */
export function maskPhoneNumbers(text: string): string {
  return text.replace(PHONE, (found) => (DATE.test(found) ? found : maskDigits(found)));
}

function maskDigits(phone: string): string {
  const count = phone.match(/\p{Nd}/gu)!.length;
  let place = 0;
  return phone.replace(/\p{Nd}/gu, (digit) => {
    place += 1;
    return place <= SHOWN.first || place > count - SHOWN.last ? digit : MASK;
  });
}
