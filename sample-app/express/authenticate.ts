import type { Request, RequestHandler } from 'express';

/** A request that passed {@link authenticate}. */
export interface AccountRequest extends Request {
  accountId?: string;
}

/** Accounts by their API keys. Your backend has them in a table. */
const ACCOUNTS = new Map([
  ['demo-key-a', 'acme'],
  ['demo-key-b', 'globex'],
]);

const bearer = (request: Request): string =>
  /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '')?.[1] ?? '';

/** Accepts requests with `Authorization: Bearer <API key>`. Other requests get 401. */
export const authenticate: RequestHandler = (request: AccountRequest, response, next) => {
  request.accountId = ACCOUNTS.get(bearer(request));
  if (request.accountId !== undefined) return next();
  response.status(401).json({ message: 'Send your API key as "Authorization: Bearer <key>".' });
};

/** Accepts requests of the carrier, which has a key of its own. */
export const authenticateCarrier: RequestHandler = (request, response, next) => {
  if (bearer(request) === 'carrier-key') return next();
  response.status(401).json({ message: 'Send the key of the carrier as "Authorization: Bearer <key>".' });
};
