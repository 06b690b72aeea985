import type { HttpRequest, HttpResponse, HttpTransport, TransportStats } from '../http/transport.js';

/** A request that would have been sent. */
export interface SentRequest {
  url: string;
  headers: Record<string, string>;
  /** The exact body. */
  body: string;
  /** The parsed body; `undefined` if the body is not JSON. */
  json: unknown;
}

/**
 * The receiver's response: a status, or a function that gets the request and returns a status (or throws an `HttpError`).
 */
export type Reply = number | ((request: SentRequest) => number | Promise<number>);

/** Replaces HTTP in a host's tests: records every request and responds as configured, with 200 by default. */
export class RecordingTransport implements HttpTransport {
  readonly sent: SentRequest[] = [];
  answer: Reply = 200;

  async send({ url, headers, body }: HttpRequest): Promise<HttpResponse> {
    const text = body.toString();
    const request: SentRequest = { url, headers: { ...headers }, body: text, json: parsed(text) };
    this.sent.push(request);
    const status = typeof this.answer === 'number' ? this.answer : await this.answer(request);
    return { status, retryAfter: null, body: '', durationMs: 0 };
  }

  stats(): TransportStats {
    return { requests: this.sent.length, reused: 0, connections: 0, pools: 0 };
  }

  async close(): Promise<void> {
    // nothing to close
  }
}

/** `undefined` for a body that is not JSON, because a host's own profile may send anything. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
