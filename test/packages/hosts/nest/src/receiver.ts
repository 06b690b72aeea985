import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { verifyWebhook, type VerifiedWebhook } from 'nestjs-sms-webhooks-receiver';

/** A customer's server on loopback. Set `secrets` after the endpoint is registered. */
export interface Receiver {
  url: string;
  secrets: string;
  /** Resolves with the first verified webhook. */
  next: Promise<VerifiedWebhook<'standard'>>;
  count: number;
  close(): void;
}

export async function startReceiver(): Promise<Receiver> {
  let arrived: (webhook: VerifiedWebhook<'standard'>) => void;
  const next = new Promise<VerifiedWebhook<'standard'>>((resolve) => (arrived = resolve));
  const server = createServer(async (request, response) => {
    receiver.count++;
    const { headers } = request;
    const body = await text(request);
    const webhook = verifyWebhook({ profile: 'standard', headers, body, secrets: receiver.secrets });
    response.writeHead(204).end();
    arrived(webhook);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    secrets: '',
    next,
    count: 0,
    close: () => void server.close().closeAllConnections(),
  };
  return receiver;
}
