import type { Message } from '../messages/message.entity.js';
import type { StatusReport } from '../messages/message-status.js';

/** One action of the simulated carrier, phone or recipient. `afterMs`: delay after the previous action. */
export type Step = { afterMs: number } & (
  | { does: 'report'; report: Omit<StatusReport, 'messageId'> }
  | { does: 'heartbeat'; online: boolean }
  | { does: 'reply'; text: string }
  | { does: 'call' }
  | { does: 'opt in' }
);

/**
 * Returns what happens to a message. The last digit of its recipient decides the outcome:
 *
 * | digit | outcome |
 * | --- | --- |
 * | 0 to 4 | sent, delivered |
 * | 5 | sent, unconfirmed, delivered late |
 * | 6 | failed: invalid number |
 * | 7 | sent, undelivered: out of reach |
 * | 8 | expired, tried again, expired finally |
 * | 9 | the account's phone goes offline, comes back online, then sends it |
 *
 * The text decides what the recipient does afterwards: a question gets a reply, "call" gets a call, "join" gets an opt-in.
 * Some reports are duplicates or out of order, because real carriers send such reports too.
 */
export function scriptFor({ to, body }: Message): Step[] {
  const outcome = OUTCOMES[Number(to.at(-1))] ?? delivered;
  return [...outcome, ...reactionsTo(body)];
}

const sent: Step[] = [
  { afterMs: 120, does: 'report', report: { status: 'sending' } },
  { afterMs: 200, does: 'report', report: { status: 'sent' } },
  { afterMs: 20, does: 'report', report: { status: 'sent' } },
];

const delivered: Step[] = [
  ...sent,
  { afterMs: 400, does: 'report', report: { status: 'delivered' } },
  { afterMs: 30, does: 'report', report: { status: 'sent' } },
  { afterMs: 30, does: 'report', report: { status: 'delivered' } },
];

const unconfirmed: Step[] = [
  ...sent,
  { afterMs: 300, does: 'report', report: { status: 'unconfirmed' } },
  { afterMs: 900, does: 'report', report: { status: 'delivered' } },
];

const failed: Step[] = [
  { afterMs: 120, does: 'report', report: { status: 'sending' } },
  {
    afterMs: 250,
    does: 'report',
    report: { status: 'failed', errorCode: 'invalid_phone_number', errorMessage: 'Invalid phone number' },
  },
  { afterMs: 30, does: 'report', report: { status: 'sending' } },
];

const undelivered: Step[] = [
  ...sent,
  {
    afterMs: 700,
    does: 'report',
    report: { status: 'undelivered', errorCode: 'unreachable', errorMessage: 'Handset out of reach' },
  },
];

/** The phone does not fetch the message in either of the two attempts. */
const expired: Step[] = [1, 2].map((attempt) => ({
  afterMs: 700,
  does: 'report',
  report: { status: 'expired', errorCode: 'expired', errorMessage: 'No answer from the phone', attempt },
}));

const offline: Step[] = [
  { afterMs: 100, does: 'heartbeat', online: false },
  { afterMs: 600, does: 'heartbeat', online: true },
  ...delivered,
];

const OUTCOMES: Step[][] = [
  delivered,
  delivered,
  delivered,
  delivered,
  delivered,
  unconfirmed,
  failed,
  undelivered,
  expired,
  offline,
];

function reactionsTo(text: string): Step[] {
  const steps: Step[] = [];
  if (text.includes('?')) steps.push({ afterMs: 300, does: 'reply', text: 'Yes, thank you.' });
  if (/\bcall\b/i.test(text)) steps.push({ afterMs: 300, does: 'call' });
  if (/\bjoin\b/i.test(text)) steps.push({ afterMs: 300, does: 'opt in' });
  return steps;
}
