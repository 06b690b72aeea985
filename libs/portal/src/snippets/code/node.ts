import type { LanguageCode } from '../snippet.ts';

const usage = `
// rawBody is a Buffer: with Express, use express.raw({ type: () => true }) for this route.
// if (!verify(rawBody, request.headers, process.env.WEBHOOK_SECRET)) return response.sendStatus(401);
`;

export const node: LanguageCode = {
  body: ({ header, prefix, encoding }) => `const { createHmac, timingSafeEqual } = require('node:crypto');

function verify(rawBody, headers, secret) {
  const hmac = createHmac('sha256', secret).update(rawBody).digest('${encoding}');
  const expected = Buffer.from(${prefix ? `'${prefix}' + ` : ''}hmac);
  const got = Buffer.from(headers['${header}'] ?? '');
  return got.length === expected.length && timingSafeEqual(got, expected);
}
${usage}`,

  standard: () => `const { createHmac, timingSafeEqual } = require('node:crypto');

function verify(rawBody, headers, secret) {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  // Older requests may be replayed by somebody who has recorded them.
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const hmac = createHmac('sha256', key).update(\`\${id}.\${timestamp}.\`).update(rawBody);
  const expected = Buffer.from('v1,' + hmac.digest('base64'));
  // While a secret is rotated, there are several signatures.
  return (headers['webhook-signature'] ?? '').split(' ').some((signature) => {
    const got = Buffer.from(signature);
    return got.length === expected.length && timingSafeEqual(got, expected);
  });
}
${usage}`,

  jwt: (_, { url }) => `const { createHmac, timingSafeEqual } = require('node:crypto');

const WEBHOOK_URL = ${JSON.stringify(url)};

function verify(rawBody, headers, secret) {
  const [head, payload, signature] = (headers.authorization ?? '').replace(/^Bearer /, '').split('.');
  const expected = createHmac('sha256', secret).update(\`\${head}.\${payload}\`).digest();
  const got = Buffer.from(signature ?? '', 'base64url');
  if (got.length !== expected.length || !timingSafeEqual(got, expected)) return false;
  const { aud, exp } = JSON.parse(Buffer.from(payload, 'base64url'));
  return aud.includes(WEBHOOK_URL) && exp > Date.now() / 1000;
}
${usage}`,
};
