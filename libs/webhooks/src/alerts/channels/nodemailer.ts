import { WebhooksSetupError } from '../../core/errors.js';
import { isMailAddress } from '../../core/mail-address.js';
import type { AlertChannel, WebhookAlert } from '../alert-channel.js';

/** A mail as nodemailer takes it. */
export interface AlertMail {
  from: string;
  to: string;
  subject: string;
  text: string;
  messageId: string;
  references: string;
  headers: Record<string, string>;
}

/** What this needs of nodemailer's transporter, or of anything that sends mail. */
export interface MailTransporter {
  sendMail(mail: AlertMail): Promise<unknown>;
}

export interface NodemailerChannelOptions {
  /** The host's own transporter. */
  transporter?: MailTransporter;
  /** What nodemailer's `createTransport()` takes: `smtps://user:password@host`, or its options. */
  smtp?: string | Record<string, unknown>;
  /** Sender, such as `Webhooks <webhooks@example.com>`. */
  from: string;
  /** Starts each subject as `[brand] `. Default none. */
  brand?: string;
}

/** Limits of an SMTP connection, ms, unless `smtp` has its own. */
const SMTP_TIMEOUTS_MS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 10_000 };

/**
 * Mails alerts to the owners of endpoints; those without an address are passed over. Needs the package `nodemailer`,
 * unless `transporter` is handed over. Throws {@link WebhooksSetupError} unless exactly one of `transporter` and `smtp`
 * is given.
 */
export function nodemailerChannel(options: NodemailerChannelOptions): AlertChannel {
  const { transporter, smtp, from, brand } = options;
  if ((transporter === undefined) === (smtp === undefined)) {
    throw new WebhooksSetupError(
      'nodemailerChannel: give either `transporter`, made by nodemailer, or `smtp`, from which it is made.',
    );
  }
  let made: Promise<MailTransporter> | null = transporter ? Promise.resolve(transporter) : null;
  return {
    name: 'nodemailer',
    async send(alert) {
      if (alert.email === null) return;
      // It may have been written by SQL. A mailer would read a list, or headers, out of the quoted form.
      if (!isMailAddress(alert.email)) throw new TypeError('the address on record is no plain mail address');
      made ??= transporterOf(smtp!);
      const mailer = await made.catch((error: unknown) => {
        made = null;
        throw error;
      });
      await mailer.sendMail(mailOf(alert, alert.email, from, brand));
    },
  };
}

/** Mails about one endpoint hang together; a repeated one has the same id. */
function mailOf(alert: WebhookAlert, to: string, from: string, brand: string | undefined): AlertMail {
  const domain = /@([^\s>]+)/.exec(from)?.[1] ?? 'localhost';
  const thread = alert.endpointId ?? `callbacks-${alert.origin?.replace(/\W+/g, '-') ?? 'summary'}`;
  return {
    from,
    to,
    subject: brand === undefined ? alert.subject : `[${brand}] ${alert.subject}`,
    text: alert.text,
    messageId: `<webhook-alert-${alert.id}-${alert.createdAt}@${domain}>`,
    references: `<webhook-${thread}@${domain}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

/** Loaded when the first mail is due: whoever mails in another way need not install it. */
async function transporterOf(smtp: string | Record<string, unknown>): Promise<MailTransporter> {
  let nodemailer: typeof import('nodemailer');
  try {
    nodemailer = await import('nodemailer');
  } catch (error) {
    throw new WebhooksSetupError(
      'nodemailerChannel: the package nodemailer cannot be loaded. Install it (npm install nodemailer), or hand over a `transporter` of your own.',
      { cause: error },
    );
  }
  return nodemailer.createTransport({
    ...SMTP_TIMEOUTS_MS,
    ...(typeof smtp === 'string' ? { url: smtp } : smtp),
  });
}
