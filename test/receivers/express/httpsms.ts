import { CloudEvent } from 'cloudevents';
import express, { type Express } from 'express';
import { jwtVerify } from 'jose';
import type { ReceiverSettings } from '../receiver.js';

/**
 * Receives what httpSMS documents under "Webhook Request". A common JWT library checks the token, and the CloudEvents SDK
 * checks the body.
 */
export function httpsms({ secret, log }: ReceiverSettings): Express {
  const app = express();
  app.use(express.json());
  app.post('/httpsms', async (request, response) => {
    const [, token = ''] = (request.get('authorization') ?? '').split(' ');
    try {
      await jwtVerify(token, new TextEncoder().encode(secret), { algorithms: ['HS256'] });
    } catch {
      response.sendStatus(401);
      return;
    }
    const event = new CloudEvent(request.body as object);
    if (event.type !== request.get('x-event-type')) {
      response.sendStatus(400);
      return;
    }
    log(`${event.type} from ${event.source}`);
    response.status(200).end();
  });
  return app;
}
