import { createHmac, timingSafeEqual } from 'node:crypto';
import express, { type Express, type Request } from 'express';
import type { ReceiverSettings } from '../receiver.js';

interface Event {
  id: string;
  event: string;
  to: string;
  failureReason?: string;
}

/** MsGine's sample "Node.js/Express", with the signature check from MsGine's sample "Signature Verification". */
export function msgine({ secret, log }: ReceiverSettings): Express {
  const app = parsesJson();
  app.post('/webhooks/msgine', (request, response) => {
    if (!isSigned(request, secret)) {
      response.status(401).json({ error: 'Invalid signature' });
      return;
    }
    work(request.body as Event, log);
    response.status(200).json({ received: true });
  });
  return app;
}

/** MsGine, "Respond Quickly". */
export function msgineAcknowledging({ log }: ReceiverSettings): Express {
  const app = parsesJson();
  app.post('/webhooks/msgine', (request, response) => {
    response.status(200).json({ received: true });
    Promise.resolve(request.body as Event)
      .then((event) => workOrThrow(event, log))
      .catch(({ message }: Error) => log(message));
  });
  return app;
}

/** MsGine, "Handle Duplicates": it recognizes a duplicate only by the `id`. */
export function msgineSkippingDuplicates({ log }: ReceiverSettings): Express {
  const app = parsesJson();
  const known = new Set<string>();
  app.post('/webhooks/msgine', (request, response) => {
    const event = request.body as Event;
    if (!known.has(event.id)) {
      known.add(event.id);
      work(event, log);
    }
    response.status(200).json({ received: true });
  });
  return app;
}

/** MsGine, "Retry Failed Processing". */
export function msgineAskingForRetries({ log }: ReceiverSettings): Express {
  const app = parsesJson();
  app.post('/webhooks/msgine', async (request, response) => {
    try {
      await workOrThrow(request.body as Event, log);
      response.status(200).json({ received: true });
    } catch {
      response.status(500).json({ error: 'Processing failed' });
    }
  });
  return app;
}

function parsesJson(): Express {
  return express().use(express.json()) as Express;
}

/** As in the sample: serializes the parsed body again, signs the result, and throws if there is no signature header. */
function isSigned(request: Request, secret: string): boolean {
  const signature = request.headers['x-msgine-signature'] as string;
  const body = JSON.stringify(request.body);
  const expected = createHmac('sha256', secret).update(body).digest('hex');
  return timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
}

function work({ id, event, to, failureReason }: Event, log: ReceiverSettings['log']): boolean {
  switch (event) {
    case 'message.sent':
      log(`${id} sent to carrier`);
      return true;
    case 'message.delivered':
      log(`${id} delivered to ${to}`);
      return true;
    case 'message.failed':
      log(`${id} failed: ${failureReason}`);
      return true;
    default:
      return false;
  }
}

async function workOrThrow(event: Event, log: ReceiverSettings['log']): Promise<void> {
  if (!work(event, log)) throw new Error(`cannot work on ${event.event}`);
}
