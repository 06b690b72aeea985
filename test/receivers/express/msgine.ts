import { createHmac, timingSafeEqual } from 'node:crypto';
import express, { type Express } from 'express';
import type { ReceiverSettings } from '../receiver.js';

interface Event {
  id: string;
  event: string;
  to: string;
  failureReason?: string;
}

/**
 * MsGine, "Node.js/Express", "Signature Verification", "Handle Duplicates" and "Retry Failed Processing": the body is parsed first
 * and written anew for the signature.
 */
export function msgine({ secret, log }: ReceiverSettings): Express {
  const app = express();
  const known = new Set<string>();
  app.use(express.json());
  app.post('/webhooks/msgine', (request, response) => {
    const event = request.body as Event;
    const expected = createHmac('sha256', secret).update(JSON.stringify(event)).digest();
    const given = Buffer.from(request.get('x-msgine-signature') ?? '', 'hex');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      response.status(401).json({ error: 'Invalid signature' });
      return;
    }
    const key = `${event.id} ${event.event}`;
    if (!known.has(key) && !work(event, log)) {
      response.status(500).json({ error: 'Processing failed' });
      return;
    }
    known.add(key);
    response.status(200).json({ received: true });
  });
  return app;
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
