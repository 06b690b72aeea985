import type { WebhookProfile } from 'nestjs-sms-webhooks-receiver';
import { DEMO_ACCOUNTS } from '../accounts/accounts.service.js';
import { DemoApi } from './demo-api.js';
import { registerDemo } from './demo-endpoints.js';
import { DemoReceiver } from './demo-receiver.js';
import type { Arrival } from './demo-receiver.js';
import { printLine } from './print-line.js';
import { signersOf } from './signers.js';

/** Together, they cause every event of the catalogue except `webhook.test`: see `carrier/script.ts`. */
const MESSAGES = [
  { to: '+14155550121', message: 'Your code is 4711.', externalId: 'login-1', tags: { purpose: 'login' } },
  { to: '+14155550122', message: 'Are you coming? Call us, or reply JOIN.' },
  { to: '+14155550125', message: 'This one is confirmed late.' },
  { to: '+14155550126', message: 'This number does not exist.' },
  { to: '+14155550128', message: 'Nobody picks this up.' },
  { to: '+14155550129', message: 'The phone goes offline first.' },
];

/** A customer of the backend: runs a receiver, registers it, sends messages, and prints the webhooks that arrive. */
export class Demo {
  private readonly receiver: DemoReceiver;
  /** URL of the receiver. Set by `listen`. */
  url: string;

  constructor(
    private readonly profile: WebhookProfile,
    onArrival: (arrival: Arrival) => void = print,
  ) {
    this.receiver = new DemoReceiver(onArrival);
  }

  /** Listens on `port`, or on another port if `port` is in use. */
  async listen(port: number): Promise<void> {
    this.url = await this.receiver.listen(port);
  }

  /** `apiUrl` includes the prefix `/api/v1`. */
  async register(apiUrl: string): Promise<void> {
    const all = customers(apiUrl);
    await registerDemo(all[0]!, this.profile, this.url);
    // Without an address, alerts would have no recipient.
    await all[0]!.patch('/webhooks/account', { alertEmail: 'developers@acme.example' });
    this.receiver.askSigners((url) => signersOf(all, url));
  }

  async sendMessages(apiUrl: string): Promise<void> {
    const [customer] = customers(apiUrl);
    for (const message of MESSAGES) await customer!.post('/messages/sms', message);
  }

  close(): Promise<void> {
    return this.receiver.close();
  }
}

function customers(apiUrl: string): DemoApi[] {
  return DEMO_ACCOUNTS.map(({ key }) => new DemoApi(apiUrl, key));
}

function print(arrival: Arrival): void {
  printLine(arrival.at, line(arrival));
}

function line(arrival: Arrival): string {
  if (!arrival.verified) return `REFUSED         ${arrival.path} ${arrival.reason} ${arrival.body}`;
  const { type, payload, profile } = arrival.webhook;
  // Prints only the data: the fields around it repeat the type.
  const { data = payload } = payload as { data?: unknown };
  const result = arrival.again ? 'verified again' : 'verified';
  const where = `${profile} ${arrival.path}`;
  return `${result.padEnd(14)}  ${(type ?? '-').padEnd(20)} ${where.padEnd(20)} ${JSON.stringify(data)}`;
}
