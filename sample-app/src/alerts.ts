import { type AlertChannel, callbackChannel, logChannel } from 'nestjs-sms-webhooks';
import { nodemailerChannel } from 'nestjs-sms-webhooks/alerts/nodemailer';

/**
 * With SMTP_URL, alerts are mailed and logged. Without SMTP_URL, alerts are logged in production, where nobody watches
 * the terminal, and printed as mails otherwise.
 */
export function alertChannels({ SMTP_URL, NODE_ENV } = process.env): AlertChannel[] {
  if (SMTP_URL) {
    const from = 'SMS backend <webhooks@example.com>';
    return [logChannel(), nodemailerChannel({ smtp: SMTP_URL, from, brand: 'SMS backend' })];
  }
  return NODE_ENV === 'production' ? [logChannel()] : [callbackChannel(printMail)];
}

function printMail({ email, subject, text }: Parameters<Parameters<typeof callbackChannel>[0]>[0]): void {
  const to = email ?? 'nobody, because neither the webhook nor the account has an alertEmail';
  const lines = [`MAIL  to ${to}: ${subject}`, ...text.trimEnd().split('\n')];
  console.log(lines.join('\n      '));
}
