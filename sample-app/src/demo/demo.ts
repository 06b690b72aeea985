import type { WebhookProfile } from 'nestjs-sms-webhooks-receiver';
import { DEMO_ACCOUNTS } from '../accounts/accounts.service.js';
import { DemoApi } from './demo-api.js';
import { registerDemo } from './demo-endpoints.js';
import { DemoReceiver } from './demo-receiver.js';
import type { Arrival } from './demo-receiver.js';
import { printLine } from './print-line.js';
import { signersOf } from './signers.js';

/** Messages that between them raise every event of the catalogue (`carrier/script.ts` says which does what). */
const MESSAGES = [
  { to: '+14155550121', message: 'Your code is 4711.' },
  { to: '+14155550122', message: 'Are you coming? Call us, or reply JOIN.' },
  { to: '+14155550125', message: 'This one is confirmed late.' },
  { to: '+14155550126', message: 'This number does not exist.' },
  { to: '+14155550128', message: 'Nobody picks this up.' },
  { to: '+14155550129', message: 'The phone goes offline first.' },
];

/** A customer of the backend: runs a receiver, registers it, sends messages, and prints what arrives. */
export class Demo {
  private readonly receiver: DemoReceiver;
  /** Of the receiver, once it listens. */
  url: string;

  constructor(
    private readonly profile: WebhookProfile,
    onArrival: (arrival: Arrival) => void = print,
  ) {
    this.receiver = new DemoReceiver(onArrival);
  }

  /** On `port`, or on another one if that is not free. */
  async listen(port: number): Promise<void> {
    this.url = await this.receiver.listen(port);
  }

  /** `apiUrl` includes the prefix. */
  async register(apiUrl: string): Promise<void> {
    const everybody = customers(apiUrl);
    await registerDemo(everybody[0]!, this.profile, this.url);
    this.receiver.askSigners((url) => signersOf(everybody, url));
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
  const { type, payload } = arrival.webhook;
  // What is around the data repeats the type, and would fill the line.
  const { data = payload } = payload as { data?: unknown };
  const verdict = arrival.again ? 'verified again' : 'verified';
  return `${verdict.padEnd(14)}  ${(type ?? arrival.path).padEnd(20)} ${JSON.stringify(data)}`;
}
