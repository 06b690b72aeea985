import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UsageError } from '../usage.error.js';
import { judge, type Verdict, type VerifySettings } from '../verdict/judge.js';
import { answerOfPath, isSuccess, respond, successOf, type Answer } from './answer.js';
import { AttemptCounter } from './attempt-counter.js';

const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** A request that arrived, and the answer to it. */
export interface Arrival {
  at: Date;
  path: string;
  headers: Record<string, string | string[]>;
  body: Buffer;
  verdict: Verdict;
  /** How often this event has arrived at this path, this arrival included. */
  attempt: number;
  answer: Answer;
}

/** How the receiver responds. */
export interface ListenSettings {
  verify: VerifySettings;
  answer: Answer;
  /** How many attempts fail for each event before an attempt succeeds. */
  failures: number;
  /** Delay (ms) of the answer `slow`. */
  delayMs: number;
}

/** A receiver for development: verifies each POST, passes it to `onArrival`, and answers as configured. */
export class Listener {
  private readonly server = createServer((request, response) => void this.handle(request, response));
  private readonly attempts = new AttemptCounter();

  /**
   * `onArrival` runs before the answer is sent. `onFault` gets a message if the request is too large or cannot be read,
   * or if `onArrival` fails.
   */
  constructor(
    private readonly settings: ListenSettings,
    private readonly onArrival: (arrival: Arrival) => void | Promise<void>,
    private readonly onFault: (message: string) => void,
  ) {}

  /** Returns the URL. Throws {@link UsageError} if the port or the host cannot be used. */
  async listen(port: number, host: string): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port, host)));
      this.server.listen(port, host, resolve);
    });
    const { port: actual } = this.server.address() as AddressInfo;
    const name = host.includes(':') ? `[${host}]` : host;
    return `http://${name === '0.0.0.0' ? '127.0.0.1' : name}:${actual}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    if (request.method !== 'POST') {
      response.writeHead(405, { allow: 'POST', 'content-type': 'text/plain; charset=utf-8' });
      response.end('This URL receives webhooks, which are POST requests.\n');
      return;
    }
    try {
      const body = await readBody(request);
      if (body === null) {
        this.onFault(`${path}: a body of more than ${MAX_BODY_BYTES} bytes was refused with 413`);
        response.writeHead(413, { connection: 'close' }).end();
        return;
      }
      const arrival = this.receive(path, headersOf(request), body);
      await this.onArrival(arrival);
      respond(arrival.answer, request, response, this.settings.delayMs);
    } catch (error) {
      this.onFault(`${path}: ${(error as Error).message}`);
      response.destroy();
    }
  }

  private receive(path: string, headers: Arrival['headers'], body: Buffer): Arrival {
    const verdict = judge({ headers, body }, this.settings.verify);
    const attempt = this.attempts.next(path, verdict.id);
    const answer = verdict.isVerified === false ? verdict.status : this.answerTo(path, attempt);
    return { at: new Date(), path, headers, body, verdict, attempt, answer };
  }

  private answerTo(path: string, attempt: number): Answer {
    const { answer, failures } = this.settings;
    const ofPath = answerOfPath(path);
    if (ofPath !== null) return ofPath;
    if (failures === 0) return answer;
    if (attempt > failures) return successOf(answer);
    return isSuccess(answer) ? 500 : answer;
  }
}

/** Returns `null` if the body is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads `rawHeaders`, because `request.headers` drops repeated values of some headers. */
function headersOf({ rawHeaders }: IncomingMessage): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = Object.create(null);
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    const value = rawHeaders[index + 1]!;
    const earlier = headers[name];
    headers[name] = earlier === undefined ? value : [earlier, value].flat();
  }
  return headers;
}

function listenError({ code, message }: NodeJS.ErrnoException, port: number, host: string): Error {
  if (code === 'EADDRINUSE')
    return new UsageError(
      `Port ${port} is in use. Choose another port with --port; --port 0 finds a free port.`,
    );
  if (code === 'EACCES') return new UsageError(`Port ${port} needs more rights. Choose a port above 1023.`);
  return new UsageError(`Cannot listen on --host ${host}, --port ${port}: ${message}.`);
}
