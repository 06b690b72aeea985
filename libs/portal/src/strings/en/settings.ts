/** The settings of one webhook. */
export const settings = {
  'settings.edit': 'Settings',
  'settings.saved': 'Changes saved',
  'settings.unchanged': 'Nothing has changed',
  'settings.profile': 'Format',
  'settings.profileMissing':
    'The format of this webhook is not available any more. The webhook can be paused and deleted, but not changed.',
  'settings.readOnly': 'Your access is read-only.',

  'settings.delivery': 'Delivery',
  'settings.activeText': 'Events are sent as they happen.',
  'settings.pausedText':
    'Nothing is sent. Deliveries wait until you resume. If too many wait, the oldest are discarded.',
  'settings.disabledText': 'Nothing is sent, and new events are not kept.',
  'settings.disabledGone': 'Your server responded that this URL is gone (410).',
  'settings.disabledFailing': 'The webhook failed for too long.',
  'settings.pause': 'Pause',
  'settings.resume': 'Resume',
  'settings.enable': 'Enable again',
  'settings.paused': 'Webhook paused',
  'settings.resumed': 'Webhook is active',
  'settings.test': 'Send test event',

  'settings.secret': 'Secret',
  'settings.secretWord': 'secret',
  'settings.secretSince': 'In use since {time}',
  'settings.secretUntil': 'The previous secret is valid until {time}',
  'settings.noSecret': 'Requests of this webhook are not signed.',
  'settings.reveal': 'Show secret',
  'settings.hide': 'Hide secret',
  'settings.rotate': 'Rotate secret',
  'settings.verify': 'Verify requests',

  'rotate.title': 'Rotate secret',
  'rotate.textBoth':
    'From now on, requests are signed with a new secret and with the old one. Give your server the new secret before the old one ends.',
  'rotate.textNewest':
    'From now on, requests are signed only with the new secret, because this format has room for only one signature. First let your server accept both secrets.',
  'rotate.textSome':
    'From now on, requests are signed with the new secret. Until the old secret ends, it also signs the requests of formats with room for several signatures. For other formats, first let your server accept both secrets.',
  'rotate.overlap': 'The old secret stays valid',
  'rotate.overlap.0': 'not at all (it has leaked)',
  'rotate.overlap.3600000': 'for 1 hour',
  'rotate.overlap.86400000': 'for 24 hours',
  'rotate.overlap.604800000': 'for 7 days',
  'rotate.own': 'New secret',
  'rotate.ownHint': 'Empty: we generate one.',
  'rotate.confirm': 'Rotate',
  'rotate.doneTitle': 'The new secret',
  'rotate.doneText': 'Give it to your server now.',
  'rotate.until': 'The old secret is valid until {time}.',
  'rotate.ended': 'An earlier secret is not valid any more.',

  'settings.danger': 'Delete this webhook',
  'settings.dangerText': 'What it has not sent yet is discarded. Its deliveries stay in the log for a while.',
  'settings.delete': 'Delete webhook',
  'settings.deleteTitle': 'Delete this webhook?',
  'settings.deleteText': 'Nothing is sent to {url} any more. This cannot be undone.',
  'settings.deleted': 'Webhook deleted',
} as const;
