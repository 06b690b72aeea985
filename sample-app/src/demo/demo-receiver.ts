import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebhookRefusedError } from 'nestjs-sms-webhooks-receiver';
import type { VerifiedWebhook } from 'nestjs-sms-webhooks-receiver';
import { verifyWithAny } from './signers.js';
import type { Signer } from './signers.js';

/** A webhook that was verified or refused. */
export type Arrival = { at: Date; path: string; body: string } & (
  { verified: true; webhook: VerifiedWebhook; again: boolean } | { verified: false; reason: string }
);

const MAX_ARRIVALS_KEPT = 200;

/** Finds the secrets that may sign webhooks to a URL. */
type FindSigners = (url: string) => Promise<readonly Signer[]>;

/**
 * The receiver that a customer runs. Accepts webhooks at any path, and verifies each with the secrets that may sign webhooks
 * to the URL. To a verified webhook, it responds 200, or the 4xx or 5xx status that the path begins with. `GET` shows the
 * latest webhooks as JSON. Webhooks wait until `askSigners` is called.
 */
export class DemoReceiver {
  private readonly server: Server = createServer((request, response) => void this.handle(request, response));
  private readonly latest: Arrival[] = [];
  private readonly seen = new Set<string>();
  private readonly signers = new Map<string, Promise<readonly Signer[]>>();
  private readonly ready: Promise<FindSigners>;
  private url: string;
  /** Sets how secrets are found. Call it after the backend has begun to listen. */
  askSigners: (find: FindSigners) => void;

  constructor(private readonly onArrival: (arrival: Arrival) => void) {
    this.ready = new Promise((resolve) => (this.askSigners = resolve));
  }

  /** Listens on `port`, or on another port if `port` is in use. Returns the receiver's URL. */
  async listen(port: number): Promise<string> {
    await this.listenOn(port).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      return this.listenOn(0);
    });
    return (this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`);
  }

  async close(): Promise<void> {
    this.askSigners(async () => []);
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private listenOn(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', () => {
        this.server.off('error', reject);
        resolve();
      });
    });
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') {
      response.setHeader('content-type', 'application/json; charset=utf-8');
      response.end(JSON.stringify(this.latest.map(toJson), null, 2));
      return;
    }
    try {
      const status = await this.receive(request);
      response.statusCode = status === 200 ? statusOfPath(request.url ?? '/') : status;
    } catch {
      response.statusCode = 500; // The sender closed the connection, or the backend does not respond.
    }
    response.end();
  }

  private async receive(request: IncomingMessage): Promise<number> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const path = request.url ?? '/';
    const arrival = { at: new Date(), path, body: body.toString('utf8') };
    try {
      const webhook = await this.verify(path, { headers: request.headers, body });
      const name = `${path} ${webhook.id}`;
      const again = this.seen.has(name);
      this.seen.add(name);
      this.keep({ ...arrival, verified: true, webhook, again });
      return 200;
    } catch (error) {
      if (!(error instanceof WebhookRefusedError)) throw error;
      this.keep({ ...arrival, verified: false, reason: `${error.reason}: ${error.message}` });
      return error.status;
    }
  }

  /** Verifies with the known secrets of this path. If they do not match, fetches the current ones. */
  private async verify(path: string, request: Parameters<typeof verifyWithAny>[1]): Promise<VerifiedWebhook> {
    const known = this.signers.get(path);
    if (known) {
      try {
        return verifyWithAny(await known, request);
      } catch (error) {
        if (!(error instanceof WebhookRefusedError)) throw error;
      }
    }
    return verifyWithAny(await this.fetchSigners(path), request);
  }

  private fetchSigners(path: string): Promise<readonly Signer[]> {
    const asked = this.ready.then((find) => find(this.url + path));
    this.signers.set(path, asked);
    asked.catch(() => this.signers.delete(path));
    return asked;
  }

  private keep(arrival: Arrival): void {
    this.latest.unshift(arrival);
    this.latest.length = Math.min(this.latest.length, MAX_ARRIVALS_KEPT);
    this.onArrival(arrival);
  }
}

/** Returns the 4xx or 5xx status that the path begins with, such as 503 for `/503/crm`. For other paths returns 200. */
function statusOfPath(path: string): number {
  return Number(/^\/([45]\d\d)(\/|$)/.exec(path)?.[1] ?? 200);
}

function toJson(arrival: Arrival) {
  const { at, path } = arrival;
  if (!arrival.verified) return { at, path, verified: false, reason: arrival.reason, body: arrival.body };
  const { id, type, payload } = arrival.webhook;
  return { at, path, verified: true, again: arrival.again, type, id, payload };
}
