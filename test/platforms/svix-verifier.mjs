// Verifies requests with the npm package svix, which is ESM and wants Node 22: run by a Node of its own.
// In: a JSON list of { secret, headers, body }, the body in base64. Out: for each `null`, or why it is refused.
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
