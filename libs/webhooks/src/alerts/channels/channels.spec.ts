import { Logger } from '@nestjs/common';
import { resolveSettings } from '../../config/resolve-settings.js';
import type { WebhookAlert } from '../alert-channel.js';
import { callbackChannel } from './callback-channel.js';
import { ChannelRunner } from '../channel-runner.js';
import { logChannel } from './log-channel.js';
import { nodemailerChannel } from './nodemailer.js';

const alert: WebhookAlert = {
  id: '7',
  kind: 'endpoint.failing',
  tenantId: 'acme',
  endpointId: 'wh_01ARZ3NDEKTSV4RRFFQ69G5FAV',
  origin: 'https://hooks.example.com',
  email: 'owner@example.com',
  subject: 'Webhook failing: https://hooks.example.com',
  text: 'It fails.\n\nMore of it.',
  data: {},
  createdAt: 1_700_000_000_000,
};

afterEach(() => jest.restoreAllMocks());

describe('The log channel', () => {
  it('writes a failure as one warning, and a recovery as one line at the level log', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const log = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    await logChannel().send(alert);
    await logChannel().send({ ...alert, kind: 'endpoint.recovered', endpointId: null });
    expect(warn.mock.calls).toEqual([
      ['Webhook failing: https://hooks.example.com (wh_01ARZ3NDEKTSV4RRFFQ69G5FAV of acme): It fails.'],
    ]);
    expect(log).toHaveBeenCalledTimes(1);
  });

  it('is the default', () => {
    const { alertChannels } = resolveSettings({});
    expect(alertChannels.map(({ name }) => name)).toEqual(['log']);
  });
});

describe('The function channel', () => {
  it('passes each alert to the function and waits for its promise', async () => {
    const heard: WebhookAlert[] = [];
    await callbackChannel(async (each) => void heard.push(each)).send(alert);
    expect(heard).toEqual([alert]);
    await expect(callbackChannel(() => Promise.reject(new Error('no'))).send(alert)).rejects.toThrow('no');
  });
});

describe('The nodemailer channel', () => {
  it('passes the mail to the host’s transporter, and the same mail for a repeated alert', async () => {
    const sendMail = jest.fn().mockResolvedValue({});
    const channel = nodemailerChannel({
      transporter: { sendMail },
      from: 'SMS <sms@example.com>',
      brand: 'SMS',
    });
    await channel.send(alert);
    await channel.send(alert);
    expect(sendMail.mock.calls[0][0]).toEqual({
      from: 'SMS <sms@example.com>',
      to: 'owner@example.com',
      subject: '[SMS] Webhook failing: https://hooks.example.com',
      text: alert.text,
      messageId: '<webhook-alert-7-1700000000000@example.com>',
      references: '<webhook-wh_01ARZ3NDEKTSV4RRFFQ69G5FAV@example.com>',
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    expect(sendMail.mock.calls[1]).toEqual(sendMail.mock.calls[0]);
  });

  it('sends no mail if the alert has no address', async () => {
    const sendMail = jest.fn();
    await nodemailerChannel({ transporter: { sendMail }, from: 'sms@example.com' }).send({
      ...alert,
      email: null,
    });
    expect(sendMail).not.toHaveBeenCalled();
  });

  it('refuses a stored address that a mailer may read as several addresses or as headers', async () => {
    const sendMail = jest.fn();
    const channel = nodemailerChannel({ transporter: { sendMail }, from: 'sms@example.com' });
    for (const email of [
      '"victim@example.org x"@example.com',
      '"a\r\nBcc: b@example.org"@example.com',
      'a@b.de,c@d.de',
    ])
      await expect(channel.send({ ...alert, email })).rejects.toThrow('not a plain mail address');
    expect(sendMail).not.toHaveBeenCalled();
  });

  it.each([
    ['neither', {}],
    ['both', { smtp: 'smtp://127.0.0.1', transporter: { sendMail: async () => ({}) } }],
  ])('refuses options that set %s of transporter and smtp', (_, options) => {
    expect(() => nodemailerChannel({ from: 'sms@example.com', ...options })).toThrow(
      'set exactly one of `transporter`',
    );
  });
});

describe('The runner of a channel', () => {
  it('logs one error if the channel fails repeatedly, and one line when the channel works again', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const log = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    let fine = false;
    const line = new ChannelRunner(
      callbackChannel(() => {
        if (!fine) throw new Error('pager is off');
      }),
    );
    expect(await line.send(alert, 1000, 0)).toBe('pager is off');
    expect(await line.send(alert, 1000, 0)).toBe('pager is off');
    fine = true;
    expect(await line.send(alert, 1000, 0)).toBeNull();
    expect(error.mock.calls).toEqual([
      ['Alert channel "callback" failed: pager is off. Its alerts are retried'],
    ]);
    expect(log.mock.calls).toEqual([['Alert channel "callback" works again']]);
  });

  it('counts a call as failed if the channel throws instead of returning a promise', async () => {
    jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const line = new ChannelRunner({
      name: 'hasty',
      send: () => {
        throw new Error('at once');
      },
    });
    expect(await line.send(alert, 1000, 0)).toBe('at once');
  });
});

it.each([
  ['the same name twice', [logChannel(), logChannel()]],
  ['an empty name', [{ name: '', send: async () => undefined }]],
])('The options are refused if the channels have %s', (_, channels) => {
  expect(() => resolveSettings({ alerts: { channels } })).toThrow('different names');
});
