import type { AccountRoutes } from '../../api/routes/account-routes.js';
import type { OperationsOf } from './operation.js';

export const accountOperations: OperationsOf<AccountRoutes> = {
  account: {
    summary: 'Get the account',
    answer: 'WebhookAccount',
    answerText: 'The account.',
    errors: [],
  },
  updateAccount: {
    summary: 'Change the account',
    body: { schema: 'WebhookAccountChange' },
    answer: 'WebhookAccount',
    answerText: 'The account.',
    errors: ['refused', 'account_secret_unfit', 'secret_unreadable'],
  },
  rotateAccountSecret: {
    summary: "Rotate the account's secret",
    description: 'This secret signs callbacks, and the webhooks of some profiles.',
    body: { schema: 'WebhookSecretRotation' },
    answer: 'WebhookRotatedSecret',
    answerText: 'The new secret.',
    errors: ['refused', 'too_many_secrets'],
  },
  accountSecret: {
    summary: "Reveal the account's secret",
    answer: 'WebhookRevealedSecret',
    answerText: 'The current secret.',
    errors: ['secret_unreadable'],
  },
};
