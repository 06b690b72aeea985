import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface SentResult {
  /** `null`: no response. */
  status: number | null;
  durationMs: number;
  /** The beginning of the response's body, or why there is no response. */
  text: string;
}

/** Headers that belong to a connection, so the stored ones are not sent. No signature covers them. */
const OF_CONNECTION = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const MAX_TEXT_LENGTH = 200;

/** Sends a POST. Redirects are not followed. */
export async function send(
  url: URL,
  headers: Readonly<Record<string, string | string[]>>,
  body: Buffer,
  timeoutMs: number,
): Promise<SentResult> {
  const startedAt = performance.now();
  const kept = Object.entries(headers).filter(([name]) => !OF_CONNECTION.has(name.toLowerCase()));
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method: 'POST',
    headers: { ...Object.fromEntries(kept), 'content-length': body.length },
    signal: AbortSignal.timeout(timeoutMs),
    agent: false,
  });
  request.end(body);
  const result = (status: number | null, text: string): SentResult => ({
    status,
    durationMs: Math.round(performance.now() - startedAt),
    text,
  });
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return result(response.statusCode ?? null, await beginningOf(response));
  } catch (error) {
    const { name, code, message } = error as NodeJS.ErrnoException;
    const isTimeout = name === 'AbortError' || name === 'TimeoutError';
    return result(null, isTimeout ? `no complete response within ${timeoutMs / 1000} s` : (code ?? message));
  }
}

/** Returns the beginning of the body, or of what arrives in time: by then, the status has arrived. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  try {
    for await (const chunk of response as AsyncIterable<string>) {
      text += chunk;
      if (text.length > MAX_TEXT_LENGTH) break;
    }
  } catch {
    // The beginning that has arrived is returned.
  }
  return text.slice(0, MAX_TEXT_LENGTH).trim();
}
