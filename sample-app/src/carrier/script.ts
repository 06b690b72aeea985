import type { Message } from '../messages/message.entity.js';
import type { StatusReport } from '../messages/message-status.js';

/** One thing that the simulated carrier, phone or recipient does, and how long after the one before, in ms. */
export type Step = { afterMs: number } & (
  | { does: 'report'; report: Omit<StatusReport, 'messageId'> }
  | { does: 'heartbeat'; online: boolean }
  | { does: 'reply'; text: string }
  | { does: 'call' }
  | { does: 'opt in' }
);

/**
 * What becomes of a message. The last digit of its number decides its fate:
 *
 * | digit | fate |
 * | --- | --- |
 * | 0 to 4 | sent, delivered |
 * | 5 | sent, unconfirmed, delivered late |
 * | 6 | failed: not a number |
 * | 7 | sent, undelivered: out of reach |
 * | 8 | expired, tried again, expired for good |
 * | 9 | the account's phone goes offline, comes back, then sends it |
 *
 * Its text decides what the recipient does afterwards: a question is answered, "call" makes them call, "join" opts them in.
 * Reports come twice and out of order, as carriers' reports do.
 */
export function scriptFor({ to, body }: Message): Step[] {
  const fate = FATES[Number(to.at(-1))] ?? delivered;
  return [...fate, ...answer(body)];
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

/** The phone never fetches it, neither the first time nor the second. */
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

const FATES: Step[][] = [
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

function answer(text: string): Step[] {
  const steps: Step[] = [];
  if (text.includes('?')) steps.push({ afterMs: 300, does: 'reply', text: 'Yes, thank you.' });
  if (/\bcall\b/i.test(text)) steps.push({ afterMs: 300, does: 'call' });
  if (/\bjoin\b/i.test(text)) steps.push({ afterMs: 300, does: 'opt in' });
  return steps;
}
