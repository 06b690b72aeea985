// Verifies requests with the npm package svix. It is ESM and needs Node 22, so this script runs in a process of its own.
// Input: a JSON list of { secret, headers, body }, with the body in base64.
// Output: a JSON list with `null` for each valid request, or the reason why svix refuses it.
import { Webhook, WebhookVerificationError } from 'svix';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);

const answers = JSON.parse(Buffer.concat(chunks).toString()).map(({ secret, headers, body }) => {
  try {
    new Webhook(secret).verify(Buffer.from(body, 'base64'), headers);
    return null;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return error.message;
    throw error;
  }
});
process.stdout.write(JSON.stringify(answers));
