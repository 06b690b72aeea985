import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { serve, tell } from '../../support/processes/serve.js';

/** One line of the ledger: a request, written to disk before it is answered. */
export interface LedgerLine {
  path: string;
  /** `webhook-id`. */
  id: string;
  timestamp: string;
  signature: string;
  /** Time of arrival (epoch ms) on this machine's clock. */
  at: number;
  body: string;
  /** Whether its connection had already carried another request. */
  reused: boolean;
  /** Requests on this path that had no answer yet, this one included. */
  atOnce: number;
}

/** How a path answers. Paths without a rule answer 204 at once. */
export interface Behaviour {
  status?: number;
  /** How long (ms) it waits before it answers. */
  delayMs?: number;
  /** Responds only after a call of `release`. */
  hold?: boolean;
  /** Answers the first request of each delivery with a 500. */
  failFirst?: boolean;
  /** Never answers. */
  hang?: boolean;
  /** If the connection has carried a request before, resets the connection instead of answering. */
  resetReused?: boolean;
  /** Closes the connection this long (ms) after an answer, unless another request has arrived on it. */
  closeAfterMs?: number;
  headers?: Record<string, string>;
}

interface Entry {
  line: LedgerLine;
  answer: () => void;
}

const behaviours = new Map<string, Behaviour>();
const held = new Map<string, (() => void)[]>();
/** The latest request of each socket. */
const latest = new WeakMap<object, LedgerLine>();
const open = new Map<string, number>();
const seen = new Set<string>();
let ledger = -1;
let unwritten: Entry[] = [];

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => receive(request, response, Buffer.concat(chunks).toString()));
  // The sender was killed, or gave up.
  response.on('error', () => undefined);
});
server.keepAliveTimeout = 30_000;
server.on('clientError', (_error, socket) => socket.destroy());

function receive(request: IncomingMessage, response: ServerResponse, body: string): void {
  const header = (name: string): string => String(request.headers[name] ?? '');
  const path = request.url!;
  const { socket } = request;
  const atOnce = (open.get(path) ?? 0) + 1;
  open.set(path, atOnce);
  let waits = true;
  const answered = (): void => {
    if (waits) open.set(path, open.get(path)! - 1);
    waits = false;
  };
  response.once('close', answered);
  const line: LedgerLine = {
    path,
    id: header('webhook-id'),
    timestamp: header('webhook-timestamp'),
    signature: header('webhook-signature'),
    at: Date.now(),
    body,
    reused: latest.has(socket),
    atOnce,
  };
  latest.set(socket, line);
  const behaviour = behaviours.get(path) ?? {};
  unwritten.push({ line, answer: () => answer(behaviour, line, response, answered) });
  if (unwritten.length === 1) setImmediate(write);
}

/** Many requests may share one fsync; none is answered before it. */
function write(): void {
  const entries = unwritten;
  unwritten = [];
  writeSync(ledger, entries.map(({ line }) => `${JSON.stringify(line)}\n`).join(''));
  fsyncSync(ledger);
  for (const entry of entries) {
    tell('request', entry.line.path);
    entry.answer();
  }
}

function answer(
  behaviour: Behaviour,
  line: LedgerLine,
  response: ServerResponse,
  answered: () => void,
): void {
  const { socket } = response;
  const { delayMs = 0, hold, hang, resetReused, closeAfterMs, failFirst, headers } = behaviour;
  const { path, id } = line;
  const status = failFirst && !seen.has(`${path} ${id}`) ? 500 : (behaviour.status ?? 204);
  seen.add(`${path} ${id}`);
  const end = (): void => {
    answered(); // before the sender can send another request
    response.writeHead(status, headers).end();
    if (closeAfterMs !== undefined) setTimeout(() => closeIdle(socket, line), closeAfterMs);
  };
  if (hang) return;
  if (resetReused && line.reused) socket?.resetAndDestroy();
  else if (hold) held.set(path, [...(held.get(path) ?? []), end]);
  else if (delayMs > 0) setTimeout(end, delayMs);
  else end();
}

function closeIdle(socket: Socket | null, last: LedgerLine): void {
  if (socket && latest.get(socket) === last) socket.destroy();
}

serve({
  /** Begins a ledger in `file`. Returns the port. */
  async start(file: string): Promise<number> {
    ledger = openSync(file, 'a');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve));
    return (server.address() as AddressInfo).port;
  },
  behave(path: string, behaviour: Behaviour): void {
    behaviours.set(path, behaviour);
  },
  /** Responds to the requests that are held on `path`. Returns how many. */
  release(path: string): number {
    const all = held.get(path) ?? [];
    held.delete(path);
    for (const end of all) end();
    return all.length;
  },
  /** Forgets everything, so that the receiver can be started again. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    closeSync(ledger);
    unwritten = [];
    for (const memory of [behaviours, held, open, seen]) memory.clear();
  },
});
