/** What the sample prints once everything runs: the URLs, and commands to try. */
export function banner(urls: { api: string; receiver?: string; postgres: string; profile: string }): string {
  const { api, receiver, postgres, profile } = urls;
  const curl = `curl -H 'Authorization: Bearer demo-key-a'`;
  const lines = [
    '',
    `  SMS backend         ${api}     keys: demo-key-a, demo-key-b`,
    ...(receiver ? [`  Received webhooks   ${receiver}/   profile: ${profile}`] : []),
    `  PostgreSQL          ${postgres}`,
    '',
    '  Send a message, and watch its webhooks arrive below:',
    `    ${curl} -H 'Content-Type: application/json' \\`,
    `      -d '{"to":"+14155550123","message":"Hello"}' ${api}/messages/sms`,
    ...(receiver
      ? [
          '  Register a URL. The demo receiver accepts any path, callbackUrls too:',
          `    ${curl} -H 'Content-Type: application/json' \\`,
          `      -d '{"url":"${receiver}/mine","events":["message.delivered"],"profile":"standard"}' ${api}/webhooks`,
        ]
      : []),
    '  List the registered URLs and the deliveries:',
    `    ${curl} ${api}/webhooks`,
    `    ${curl} ${api}/webhooks/deliveries`,
    '  Ctrl-C stops everything.',
    '',
  ];
  return lines.join('\n');
}
