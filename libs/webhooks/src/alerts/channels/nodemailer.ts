import { WebhooksSetupError } from '../../core/errors.js';
import { isMailAddress } from '../../core/mail-address.js';
import type { AlertChannel, WebhookAlert } from '../alert-channel.js';

/** A mail in nodemailer's format. */
export interface AlertMail {
  from: string;
  to: string;
  subject: string;
  text: string;
  messageId: string;
  references: string;
  headers: Record<string, string>;
}

/** The part of nodemailer's transporter that is used. Anything that sends mail can implement this interface. */
export interface MailTransporter {
  sendMail(mail: AlertMail): Promise<unknown>;
}

export interface NodemailerChannelOptions {
  /** The host's own transporter. Give this or `smtp`. */
  transporter?: MailTransporter;
  /** URL or options for nodemailer's `createTransport()`, such as `smtps://user:password@host`. */
  smtp?: string | Record<string, unknown>;
  /** Sender, such as `Webhooks <webhooks@example.com>`. */
  from: string;
  /** Each subject begins with `[brand] `. Default: none. */
  brand?: string;
}

/** Timeouts of an SMTP connection, unless `smtp` sets other timeouts. */
const SMTP_TIMEOUTS_MS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 10_000 };

/**
 * Mails alerts to the owners of endpoints. Skips alerts that have no address. Needs the package `nodemailer`, unless
 * `transporter` is given. Throws {@link WebhooksSetupError} unless exactly one of `transporter` and `smtp` is given.
 */
export function nodemailerChannel(options: NodemailerChannelOptions): AlertChannel {
  const { transporter, smtp, from, brand } = options;
  if ((transporter === undefined) === (smtp === undefined)) {
    throw new WebhooksSetupError(
      'nodemailerChannel: set exactly one of `transporter` (a nodemailer transporter) and `smtp` (a URL or options to create a transporter).',
    );
  }
  let created: Promise<MailTransporter> | null = transporter ? Promise.resolve(transporter) : null;
  return {
    name: 'nodemailer',
    async send(alert) {
      if (alert.email === null) return;
      // Somebody may have written the address with SQL, without a check. Some mailers read a quoted address as several
      // addresses or as headers.
      if (!isMailAddress(alert.email)) throw new TypeError('the stored address is not a plain mail address');
      created ??= createTransporter(smtp!);
      const mailer = await created.catch((error: unknown) => {
        created = null; // the next alert tries again
        throw error;
      });
      await mailer.sendMail(mailOf(alert, alert.email, from, brand));
    },
  };
}

/** Mails about one endpoint form a thread. A repeated mail has the same id. */
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

/** Loads nodemailer when the first mail is due, because it is an optional dependency. */
async function createTransporter(smtp: string | Record<string, unknown>): Promise<MailTransporter> {
  let nodemailer: typeof import('nodemailer');
  try {
    nodemailer = await import('nodemailer');
  } catch (error) {
    throw new WebhooksSetupError(
      'nodemailerChannel: the package nodemailer cannot be loaded. Install it (npm install nodemailer), or set `transporter`.',
      { cause: error },
    );
  }
  return nodemailer.createTransport({
    ...SMTP_TIMEOUTS_MS,
    ...(typeof smtp === 'string' ? { url: smtp } : smtp),
  });
}
