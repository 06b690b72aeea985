/**
 * Returns the account's own number in an event's data, or `null` if there is none. It is the sender of an outgoing message,
 * the recipient of an incoming message, the number of a phone, or the number that a person opted in to.
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
