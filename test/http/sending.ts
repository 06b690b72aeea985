import { createTransport } from '../../libs/webhooks/src/http/client/create-transport.js';
import type { AxiosTransportOptions } from '../../libs/webhooks/src/http/client/axios-transport.js';
import { HttpError } from '../../libs/webhooks/src/http/transport.js';
import type { HttpRequest, HttpTransport } from '../../libs/webhooks/src/http/transport.js';
import type { GuardedHttpOptions } from '../../libs/webhooks/src/http/client/undici-transport.js';

export const KINDS = ['axios', 'undici'] as const;

/** Makes transports that may reach loopback, and closes them. */
export class Transports {
  private readonly made: HttpTransport[] = [];

  make(kind: 'axios' | 'undici', options: GuardedHttpOptions & AxiosTransportOptions = {}): HttpTransport {
    const transport = createTransport({
      kind,
      allowHttp: true,
      allowedAddresses: ['127.0.0.0/8'],
      ...options,
    });
    this.made.push(transport);
    return transport;
  }

  async close(): Promise<void> {
    await Promise.all(this.made.splice(0).map((transport) => transport.close()));
  }
}

/** A request with defaults for what a test does not set. */
export function request(url: string, given: Partial<HttpRequest> = {}): HttpRequest {
  return {
    url,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{"a":1}'),
    timeoutMs: 5_000,
    ...given,
  };
}

/** Returns the error with which `sent` rejects. Fails if `sent` resolves. */
export async function failureOf(sent: Promise<unknown>): Promise<HttpError> {
  const outcome = await sent.then(
    (response) => new Error(`The request was answered: ${JSON.stringify(response)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof HttpError) return outcome;
  throw outcome;
}

/**
 * Returns the result of `work`. Starts a timer of `ms` just before `work`, and fails if the timer fires before `work`
 * ends. The timers of a process fire in order, however late a busy machine makes them. So a timer shows more reliably than
 * a clock whether a deadline inside `work` is shorter than `ms`.
 */
export async function within<Result>(ms: number, work: () => Promise<Result>): Promise<Result> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
  }, ms);
  try {
    const result = await work();
    if (isLate) throw new Error(`It took longer than ${ms} ms.`);
    return result;
  } finally {
    clearTimeout(timer);
  }
}
