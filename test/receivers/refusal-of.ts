import { WebhookRefusedError } from 'nestjs-sms-webhooks-receiver';

/** Returns the refusal that `work` throws. Rethrows any other error, and throws if `work` succeeds. */
export function refusalOf(work: () => unknown): WebhookRefusedError {
  try {
    work();
  } catch (error) {
    if (error instanceof WebhookRefusedError) return error;
    throw error;
  }
  throw new Error('The request was accepted.');
}
