/** Adding a webhook. */
export const register = {
  'register.title': 'Add webhook',
  'register.submit': 'Add webhook',
  'register.profile': 'Format',
  'register.profileHint': 'How requests look and how they are signed. The format cannot be changed later.',
  'register.streamsHint':
    'Each kind of event has a URL of its own. Leave a URL empty if you do not need it. The URLs may be on the same server, with different paths.',
  'register.stream': '{event}: URL',
  'register.stream.incoming-sms': 'Incoming SMS Webhook URL',
  'register.stream.delivery-report': 'Delivery Report Webhook URL',
  'register.streamPlaceholder.incoming-sms': 'https://yourdomain.com/sms/receive',
  'register.streamPlaceholder.delivery-report': 'https://yourdomain.com/sms/status',
  'register.streamsSubmit': 'Save settings',
  'register.streamsSaved': 'Settings saved',
  'register.streamsRemove':
    'Events without a URL are not sent. A webhook that is left without events is deleted, and what it has not sent yet is discarded.',

  'created.title': 'Webhook added',
  'created.secretText': 'Your server verifies requests with this secret. Keep it where you keep passwords.',
  'created.secretLater': 'It is not shown here again. You find it in the settings of the webhook.',
  'created.secretOnce': 'It is shown only now.',
  'created.secretLabel': 'Secret',
  'created.unsigned': 'Requests of this webhook are not signed.',
  'created.verify': 'Verify requests',
  'created.test': 'Send test event',
  'created.done': 'Done',

  'snippet.language': 'Language',
  'snippet.code': 'code',
  'snippet.intro':
    'Verify the raw bytes of the body, before anything parses it. WEBHOOK_SECRET is the secret of this webhook.',
  'snippet.introAccount':
    'Verify the raw bytes of the body, before anything parses it. WEBHOOK_SECRET is the secret of your account.',
  'snippet.introCurl':
    'Sends a signed example to your server, like a request of ours. The code needs Bash and OpenSSL.',
  'snippet.none':
    'Your provider has a format of its own for this webhook: see its documentation for how to verify requests.',

  'test.title': 'Send test event',
  'test.text':
    'Sends one request to {url} now. The request is marked as a test, and the figures leave it out.',
  'test.type': 'Event',
  'test.data': 'Data',
  'test.dataHint': 'JSON. You may change it.',
  'test.reset': 'Reset to the example',
  'test.invalidJson': 'This is not valid JSON: {problem}',
  'test.notObject': 'This must be a JSON object, in braces.',
  'test.send': 'Send',
  'test.again': 'Send again',
  'test.waiting': 'Waiting for the response of your server…',
  'test.delivered': 'Your server responded {status} in {duration}',
  'test.failed': 'Your server responded {status}',
  'test.pending': 'The request has not been sent yet',
  'test.pendingText': 'It waits, and is sent as soon as possible. Open the delivery to see why it waits.',
  'test.discarded': 'The request was not sent',
  'test.willRetry': 'The request is retried {when}.',
  'test.response': 'Response',
  'test.emptyResponse': 'The response has no body.',
  'test.sent': 'Request',
  'test.showDelivery': 'Show the delivery',
  'test.noTypes': 'The format of this webhook has no event that can be sent as a test.',
} as const;
