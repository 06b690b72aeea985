import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebhookRefusedError } from 'nestjs-sms-webhooks-receiver';
import type { VerifiedWebhook } from 'nestjs-sms-webhooks-receiver';
import { verifyWithAny } from './signers.js';
import type { Signer } from './signers.js';

/** A webhook that came in, or did not get in. */
export type Arrival = { at: Date; path: string; body: string } & (
  { verified: true; webhook: VerifiedWebhook; again: boolean } | { verified: false; reason: string }
);

const KEPT = 200;

/** Finds out who may sign what is sent to a URL. */
type FindSigners = (url: string) => Promise<readonly Signer[]>;

/**
 * What a customer runs: takes webhooks at any path, verifies each with the secret of whoever registered that URL, and
 * answers 200. `GET` shows the latest as JSON. Requests wait until somebody can be asked for secrets.
 */
export class DemoReceiver {
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));
  private readonly latest: Arrival[] = [];
  private readonly seen = new Set<string>();
  private readonly signers = new Map<string, Promise<readonly Signer[]>>();
  private readonly ready: Promise<FindSigners>;
  private url: string;
  /** Hands over whom to ask. */
  askSigners: (find: FindSigners) => void;

  constructor(private readonly onArrival: (arrival: Arrival) => void) {
    this.ready = new Promise((resolve) => (this.askSigners = resolve));
  }

  /** Answers the receiver's URL: on `port` if that is free, else on another one. */
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

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') {
      response.setHeader('content-type', 'application/json; charset=utf-8');
      response.end(JSON.stringify(this.latest.map(shown), null, 2));
      return;
    }
    try {
      response.statusCode = await this.take(request);
    } catch {
      response.statusCode = 500; // The sender went away in the middle, or the backend is not there to be asked.
    }
    response.end();
  }

  private async take(request: IncomingMessage): Promise<number> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const path = request.url ?? '/';
    const arrival = { at: new Date(), path, body: body.toString('utf8') };
    try {
      const webhook = await this.verified(path, { headers: request.headers, body });
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

  /** With the secrets known for this path, and where they do not fit with those of now. */
  private async verified(
    path: string,
    request: Parameters<typeof verifyWithAny>[1],
  ): Promise<VerifiedWebhook> {
    const known = this.signers.get(path);
    if (known) {
      try {
        return verifyWithAny(await known, request);
      } catch (error) {
        if (!(error instanceof WebhookRefusedError)) throw error;
      }
    }
    return verifyWithAny(await this.ask(path), request);
  }

  private ask(path: string): Promise<readonly Signer[]> {
    const asked = this.ready.then((find) => find(this.url + path));
    this.signers.set(path, asked);
    asked.catch(() => this.signers.delete(path));
    return asked;
  }

  private keep(arrival: Arrival): void {
    this.latest.unshift(arrival);
    this.latest.length = Math.min(this.latest.length, KEPT);
    this.onArrival(arrival);
  }
}

function shown(arrival: Arrival) {
  const { at, path } = arrival;
  if (!arrival.verified) return { at, path, verified: false, reason: arrival.reason, body: arrival.body };
  const { id, type, payload } = arrival.webhook;
  return { at, path, verified: true, again: arrival.again, type, id, payload };
}
