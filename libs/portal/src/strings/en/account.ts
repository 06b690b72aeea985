/** Settings of the account. */
export const account = {
  'account.title': 'Account',
  'account.subtitle': 'What all your webhooks share.',
  'account.saved': 'Changes saved',
  'account.alerts': 'Alerts',
  'account.alertEmail': 'Alert address',
  'account.alertEmailHint':
    'Gets a mail when a webhook keeps failing, when it will soon be disabled, and when it works again. A webhook may have an address of its own.',
  'account.profile': 'Format of new webhooks',
  'account.profileHint': 'Existing webhooks keep their format.',
  'account.hostProfile': 'Default ({title})',
  'account.secret': 'Secret of the account',
  'account.secretText': 'It signs the requests of these formats: {titles}.',
  'account.secretCallbacks': 'It signs requests to the callback URLs of single messages.',
  'account.noSecret': 'There is no secret yet. It is created when it is first needed or shown.',
  'account.addresses': 'Our addresses',
  'account.addressesText':
    'Requests come from these IP addresses. If your server has a firewall, allow these addresses.',
  'account.addressWord': 'addresses',
} as const;
