import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A complete request that has arrived. */
export interface Arrival {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What a path does with a request: answers, hangs, breaks the connection. */
export type Behaviour = (response: ServerResponse, arrival: Arrival) => void;

export interface Answer {
  headers?: Record<string, string>;
  body?: string;
}

/** Answers at once. */
export const answer =
  (status: number, { headers = {}, body = `answer ${status}` }: Answer = {}): Behaviour =>
  (response) =>
    response.writeHead(status, headers).end(body);

/** Never answers. */
export const hang: Behaviour = () => undefined;

/** Ends the connection without an answer. */
export const cut: Behaviour = (response) => response.socket!.destroy();

/** Sends the head and some of a body that never ends. */
export const stall =
  (status: number): Behaviour =>
  (response) => {
    response.writeHead(status, { 'content-length': '100' });
    response.write('the rest never');
  };

/** One behaviour after another; the last one repeats. */
export const inSequence = (...all: Behaviour[]): Behaviour => {
  let turn = 0;
  return (response, arrival) => all[Math.min(turn++, all.length - 1)]!(response, arrival);
};

/** Makes requests wait until it opens, and then behaves like `behind`. */
export class Gate {
  private waiting: [ServerResponse, Arrival][] | null = [];

  constructor(private readonly behind: Behaviour = answer(200)) {}

  readonly behaviour: Behaviour = (response, arrival) => {
    if (this.waiting) this.waiting.push([response, arrival]);
    else this.behind(response, arrival);
  };

  /** Lets all waiting and all later requests through. */
  open(): void {
    const waiting = this.waiting ?? [];
    this.waiting = null;
    for (const [response, arrival] of waiting) this.behind(response, arrival);
  }

  /** Lets the first `count` waiting requests through. */
  release(count: number): void {
    for (const [response, arrival] of this.waiting?.splice(0, count) ?? []) this.behind(response, arrival);
  }
}

interface Waiter {
  enough(): boolean;
  resolve(): void;
}

/** Customers' servers on loopback: every path behaves as it is told (200 by default), and all that arrives is kept. */
export class Receiver {
  readonly arrivals: Arrival[] = [];
  private readonly behaviours = new Map<string, Behaviour>();
  private readonly open = new Map<string, number>();
  private readonly peaks = new Map<string, number>();
  private waiters: Waiter[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Receiver> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const receiver = new Receiver(server);
    server.on('request', (request, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { url: path = '', headers } = request;
        receiver.receive({ path, headers, body: Buffer.concat(chunks).toString('utf8') }, response);
      });
    });
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  on(path: string, behaviour: Behaviour): void {
    this.behaviours.set(path, behaviour);
  }

  /** What arrived at a path, in order. */
  at(path: string): Arrival[] {
    return this.arrivals.filter((arrival) => arrival.path === path);
  }

  /** The largest number of requests that a path had open at the same time. */
  peak(path: string): number {
    return this.peaks.get(path) ?? 0;
  }

  forgetPeaks(): void {
    this.peaks.clear();
  }

  /** Resolves when `count` requests have arrived, at `path` or anywhere. */
  async arrived(count: number, path?: string): Promise<Arrival[]> {
    const list = (): Arrival[] => (path === undefined ? this.arrivals : this.at(path));
    if (list().length < count) {
      await new Promise<void>((resolve) =>
        this.waiters.push({ enough: () => list().length >= count, resolve }),
      );
    }
    return list();
  }

  /** Forgets what arrived and how paths behave; connections that still hang are cut. */
  clear(): void {
    this.server.closeAllConnections();
    this.arrivals.length = 0;
    this.behaviours.clear();
    this.open.clear();
    this.peaks.clear();
    this.waiters = [];
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private receive(arrival: Arrival, response: ServerResponse): void {
    const { path } = arrival;
    const open = (this.open.get(path) ?? 0) + 1;
    this.open.set(path, open);
    this.peaks.set(path, Math.max(open, this.peaks.get(path) ?? 0));
    response.once('close', () => this.open.set(path, (this.open.get(path) ?? 1) - 1));
    this.arrivals.push(arrival);
    (this.behaviours.get(path) ?? answer(200))(response, arrival);
    for (const waiter of this.waiters) if (waiter.enough()) waiter.resolve();
    this.waiters = this.waiters.filter((waiter) => !waiter.enough());
  }
}
