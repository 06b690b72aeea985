import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';

/** How to respond to a request: with a status, or with a fault that senders must tolerate. */
export type Answer = number | 'redirect' | 'slow' | 'hang' | 'reset';

export const NAMED_ANSWERS = ['redirect', 'slow', 'hang', 'reset'] as const;

/** Reads an answer such as `500` or `hang`. Returns `null` for other text. */
export function parseAnswer(text: string): Answer | null {
  const named = NAMED_ANSWERS.find((name) => name === text);
  if (named !== undefined) return named;
  return /^[2-5]\d\d$/.test(text) ? Number(text) : null;
}

/** The answer that the last segment of a path names: `/hooks/500`. */
export function answerOfPath(path: string): Answer | null {
  return parseAnswer(path.split('?')[0]!.split('/').at(-1)!);
}

export const isSuccess = (answer: Answer): boolean =>
  answer === 'slow' || (typeof answer === 'number' && answer < 300);

/** With `--fail`, the first attempts fail. Returns the answer to the later attempts. */
export const successOf = (answer: Answer): Answer => (isSuccess(answer) ? answer : 200);

/** Responds as `answer` says. `slow` responds after `delayMs`, `hang` does not respond, and `reset` closes the connection. */
export function respond(
  answer: Answer,
  request: IncomingMessage,
  response: ServerResponse,
  delayMs: number,
): void {
  if (answer === 'hang') return;
  if (answer === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  if (answer === 'slow') {
    const timer = setTimeout(() => respond(200, request, response, 0), delayMs);
    response.once('close', () => clearTimeout(timer));
    return;
  }
  if (answer === 'redirect') {
    response.writeHead(302, { location: '/redirected' }).end();
    return;
  }
  response.statusCode = answer;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(answer === 204 || answer === 304 ? undefined : `${STATUS_CODES[answer] ?? answer}\n`);
}
