import { createHmac } from 'node:crypto';

const VALID_SECONDS = 600;

export interface TokenClaims {
  issuer: string;
  subject: string;
  audience: string;
  /** Unix seconds. */
  at: number;
}

/** Returns a token as httpSMS creates it: HS256, valid from 600 s before `at` to 600 s after `at`. */
export function webToken(key: string, { issuer, subject, audience, at }: TokenClaims): string {
  const claims = {
    iss: issuer,
    sub: subject,
    aud: [audience],
    exp: at + VALID_SECONDS,
    nbf: at - VALID_SECONDS,
    iat: at,
  };
  const content = [{ alg: 'HS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${content}.${createHmac('sha256', key.trim()).update(content).digest('base64url')}`;
}
