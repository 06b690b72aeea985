/**
 * Thrown by `handleOnce` for a copy that arrives while an earlier copy is handled. Respond with `status` and `Retry-After`: if
 * the earlier copy fails, the sender's next retry is handled. Express 5 and Fastify send this response by themselves, because
 * they read `status` and `headers` of an error. In NestJS, use `WebhookInProgressFilter`.
 */
export class WebhookInProgressError extends Error {
  override readonly name = 'WebhookInProgressError';
  /** Not a 4xx, because some senders do not retry after a 4xx. */
  readonly status = 503;
  readonly statusCode = 503;
  readonly headers: Readonly<Record<string, string>>;

  /** @param retryAfterSeconds time after which the lease of the earlier copy has certainly ended */
  constructor(
    readonly key: string,
    readonly retryAfterSeconds: number,
  ) {
    super(`"${key}" is being handled. Respond with status 503 and "Retry-After: ${retryAfterSeconds}".`);
    this.headers = { 'retry-after': String(retryAfterSeconds) };
  }
}
