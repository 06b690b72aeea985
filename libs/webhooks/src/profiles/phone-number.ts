/**
 * A number with its leading `+`: OpenSMS takes recipients without one and reports them with it. Short codes and names,
 * which have no international form, stay as they are.
 */
export function internationalNumber(number: string): string {
  return /^[1-9]\d{6,14}$/.test(number) ? `+${number}` : number;
}

/** `+` and 7 to 15 digits. */
export function isInternationalNumber(number: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(number);
}
