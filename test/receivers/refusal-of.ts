import { WebhookRefusedError } from 'nestjs-sms-webhooks-receiver';

/** The refusal that the work throws; anything else it throws passes on, and no refusal is a failure. */
export function refusalOf(work: () => unknown): WebhookRefusedError {
  try {
    work();
  } catch (error) {
    if (error instanceof WebhookRefusedError) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}
