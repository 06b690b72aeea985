export const replay = {
  'replay.title': 'Replay past events',
  'replay.text':
    'Sends past events that this webhook is subscribed to but did not get, because it was added, enabled or subscribed later.',
  'replay.allEvents': 'All its events',
  'replay.count': 'Count events',
  'replay.none': 'This webhook got all its events of this time',
  'replay.matched': '{n} event will be sent | {n} events will be sent',
  'replay.atLeast': 'At least {n} event will be sent | At least {n} events will be sent',
  'replay.start': 'Start replay',
  'replay.startedNow': 'The replay has started',
  'replay.jobs': 'Latest replays',
  'replay.events': 'Events',
  'replay.progress': 'Progress',
  'replay.doneOf':
    '{done} of {n} event, deliveries created: {deliveries} | {done} of {n} events, deliveries created: {deliveries}',
  'replay.started': 'Started',
  'replay.action': 'Action',
  'replay.state.pending': 'Pending',
  'replay.state.running': 'Running',
  'replay.state.done': 'Done',
  'replay.state.failed': 'Failed',
  'replay.state.cancelled': 'Cancelled',
} as const;
