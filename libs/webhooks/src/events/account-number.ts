/**
 * The account's own number in an event's data: sender of what goes out, recipient of what comes in, the phone's number.
 * `null`: there is none.
 */
export function accountNumberOf(data: unknown): string | null {
  const { message, phone, optIn } = (data ?? {}) as Record<
    string,
    Record<string, unknown> | null | undefined
  >;
  const number =
    message && typeof message === 'object'
      ? message[message.direction === 'out' ? 'from' : 'to']
      : (phone?.number ?? optIn?.to);
  return typeof number === 'string' ? number : null;
}
