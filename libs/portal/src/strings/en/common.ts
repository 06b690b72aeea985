/** Words that all screens share. */
export const common = {
  'page.title': 'Webhooks',
  'page.skip': 'Skip to content',
  'page.back': 'Back to {name}',
  'page.backToHost': 'Back',
  'page.crashed': 'This page has stopped working.',

  'nav.label': 'Pages',
  'nav.webhooks': 'Webhooks',
  'nav.deliveries': 'Deliveries',
  'nav.message': 'Messages',
  'nav.account': 'Account',
  'nav.operator': 'Operator',

  'action.cancel': 'Cancel',
  'action.close': 'Close',
  'action.save': 'Save changes',
  'action.tryAgain': 'Try again',
  'action.reload': 'Reload the page',

  'copy.label': 'Copy {what}',
  'copy.done': 'Copied {what}',
  'copy.failed': 'Copying did not work. Select the text and copy it.',

  'pager.label': 'Pages of the list',
  'pager.first': 'First page',
  'pager.next': 'Next page',

  'state.loading': 'Loading',
  'state.error': 'Loading has failed',
  'state.notFound': 'Nothing is here',
  'state.notFoundText':
    'What was here may have been deleted, or may belong to another account. Or the address of this page is not complete.',
  'state.unknownScreen': 'There is no such page.',
  'state.toWebhooks': 'Show all webhooks',
  'state.noScope': 'Your access does not include this. Ask whoever gave you access.',

  'error.network': 'The server cannot be reached. Check your connection.',
  'error.timeout': 'The server did not respond in time.',
  'error.unreadable': 'The server sent a response that this page cannot read.',

  'endpoint.status.active': 'Active',
  'endpoint.status.failing': 'Failing',
  'endpoint.status.paused': 'Paused',
  'endpoint.status.disabled': 'Disabled',

  'delivery.status.delivered': 'Delivered',
  'delivery.status.retrying': 'Retrying',
  'delivery.status.pending': 'Pending',
  'delivery.status.sending': 'Sending',
  'delivery.status.exhausted': 'Failed',
  'delivery.status.discarded': 'Discarded',

  'webhook.url': 'URL',

  'tab.label': 'Webhook',
  'tab.overview': 'Overview',
  'tab.deliveries': 'Deliveries',
  'tab.settings': 'Settings',

  'session.expired': 'Your session has ended',
  'session.expiredText':
    'For your security, access to this page ends after a while. Sign in again to continue.',
  'session.none': 'Sign in to see this page',
  'session.noneText': 'Open this page from your account.',
  'session.signIn': 'Sign in',
  'session.signInAgain': 'Sign in again',
} as const;
