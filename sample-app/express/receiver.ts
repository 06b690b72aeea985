import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { verifyWebhook, WebhookRefusedError } from 'nestjs-sms-webhooks-receiver';

/** What a customer runs. */
export interface Receiver {
  url: string;
  /** Sets the secret that the registration returned. Webhooks that arrive earlier wait until it is set. */
  useSecret(secret: string): void;
  close(): Promise<void>;
}

/** Starts a customer's server on a free port of 127.0.0.1. The server verifies and prints each webhook. */
export async function startReceiver(print: (line: string) => void): Promise<Receiver> {
  let useSecret!: (secret: string) => void;
  const secret = new Promise<string>((resolve) => (useSecret = resolve));
  const app = express();
  // A signature covers the bytes of the body, so nothing may parse the body before the check.
  app.post('/hooks', express.raw({ type: () => true }), async (request, response) => {
    const { headers, body } = request as { headers: typeof request.headers; body: Buffer };
    try {
      const { type } = verifyWebhook({ profile: 'standard', headers, body, secrets: await secret });
      print(`verified  ${type}  ${body.toString()}`);
      response.sendStatus(200);
    } catch (error) {
      if (!(error instanceof WebhookRefusedError)) throw error;
      print(`REFUSED  ${error.message}`);
      response.sendStatus(error.status);
    }
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    useSecret,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
