import { createHmac, timingSafeEqual } from 'node:crypto';
import { CloudEvent, HTTP } from 'cloudevents';
import { jwtVerify } from 'jose';
import jwt from 'jsonwebtoken';
import type { WebhookProfile } from 'nestjs-sms-webhooks-receiver';
import { Webhook } from 'standardwebhooks';

/** A request as a web framework hands it to a customer's code. */
export interface ReceivedRequest {
  headers: Record<string, string>;
  rawBody: Buffer;
  /** As registered. */
  url: string;
  secret: string;
}

/** Throws or rejects if it refuses the request. */
type Verifier = (request: ReceivedRequest) => unknown;

const digestIn =
  (header: string): Verifier =>
  ({ headers, rawBody, secret }) => {
    const expected = createHmac('sha256', secret).update(rawBody).digest();
    if (!timingSafeEqual(Buffer.from(headers[header] ?? '', 'hex'), expected))
      throw new Error('wrong signature');
  };

const tokenOf = ({ headers }: ReceivedRequest): string =>
  (headers.authorization ?? '').slice('Bearer '.length);

const standardwebhooks: Verifier = ({ headers, rawBody, secret }) =>
  new Webhook(secret).verify(rawBody, headers);

/** The verifiers for requests of each profile, by the name of the library. */
export const verifiers: Record<WebhookProfile, Record<string, Verifier>> = {
  standard: { standardwebhooks },
  'standard-cloudevents': {
    standardwebhooks,
    cloudevents: ({ headers, rawBody }) =>
      (HTTP.toEvent({ headers, body: rawBody.toString() }) as CloudEvent).validate(),
  },
  msgine: { 'node:crypto': digestIn('x-msgine-signature') },
  opensms: { 'node:crypto': digestIn('x-opensms-signature') },
  mysmsgate: { 'node:crypto': digestIn('x-mysmsgate-signature') },
  'mobile-text-alerts': { 'node:crypto': digestIn('x-signature') },
  httpsms: {
    jose: (request) =>
      jwtVerify(tokenOf(request), Buffer.from(request.secret), {
        algorithms: ['HS256'],
        audience: request.url,
      }),
    jsonwebtoken: (request) =>
      jwt.verify(tokenOf(request), request.secret, { algorithms: ['HS256'], audience: request.url }),
    // Reads only the body, because the content type is plain `application/json`.
    cloudevents: ({ rawBody }) => new CloudEvent(JSON.parse(rawBody.toString()) as object).validate(),
  },
};
