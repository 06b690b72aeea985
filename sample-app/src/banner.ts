/** What the sample prints when everything runs: the URLs, and commands to try. */
export function banner(urls: {
  api: string;
  receiver?: string;
  postgres: string;
  profile: string;
  /** Keys of the demo accounts. In production there are none. */
  keys: readonly string[];
}): string {
  const { api, receiver, postgres, profile, keys } = urls;
  const curl = `curl -H "Authorization: Bearer ${keys[0] ?? '$API_KEY'}"`;
  const accounts = keys.length > 0 ? `keys: ${keys.join(', ')}` : 'keys: those of your accounts';
  const other = profile === 'standard' ? 'msgine' : 'standard';
  const root = new URL('/', api).href;
  const lines = [
    '',
    `  SMS backend         ${api}     ${accounts}`,
    ...(receiver
      ? [`  Received webhooks   ${receiver}/   profile: ${profile}, another one: PROFILE=${other} npm start`]
      : []),
    `  PostgreSQL          ${postgres}`,
    '',
    '  Send a message, and watch its webhooks arrive below:',
    `    ${curl} -H 'Content-Type: application/json' \\`,
    `      -d '{"to":"+14155550123","message":"Hello"}' ${api}/messages/sms`,
    ...(receiver
      ? [
          '  The demo receiver accepts webhooks and callbacks at any path. At a path such as /503/crm, it responds 503. Register a URL:',
          `    ${curl} -H 'Content-Type: application/json' \\`,
          `      -d '{"url":"${receiver}/mine","events":["message.delivered"],"profile":"standard"}' ${api}/webhooks`,
        ]
      : []),
    '  Get a link that signs you in to the webhooks page for an hour:',
    `    ${curl} -X POST ${api}/webhooks-page`,
    '  List the registered URLs and the deliveries:',
    `    ${curl} ${api}/webhooks`,
    `    ${curl} ${api}/webhooks/deliveries`,
    '  Client scripts that you have for httpSMS or Mobile Text Alerts can register at the paths of those platforms:',
    `    ${root}v1/webhooks (x-api-key) and ${root}v3/webhooks (Authorization: Bearer)`,
    '  Ctrl-C stops everything.',
    '',
  ];
  return lines.join('\n');
}
