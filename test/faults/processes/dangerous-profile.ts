import { defineProfile, type Profile } from '../../../libs/webhooks/src/profiles/profile.js';
import { standard } from '../../../libs/webhooks/src/profiles/dialects/standard.js';

const { headers, render, ...rest } = standard();

/** Makes mistakes that a host's own profile can make. The event's type selects the mistake. The rest is `standard`. */
export const dangerousProfile: Profile = defineProfile({
  ...rest,
  name: 'dangerous',
  title: 'Dangerous',
  render(event) {
    if (event.type === 'poison.throws') throw new Error('This profile cannot render it.');
    const requests = render(event);
    if (event.type === 'poison.nul') return requests.map((each) => ({ ...each, body: `\0${each.body}` }));
    if (event.type === 'poison.name') return requests.map((each) => ({ ...each, type: 'x'.repeat(200) }));
    return requests;
  },
  headers(input) {
    // Ends the process, as a bug in a native module can.
    if (input.wireType === 'poison.kills') process.kill(process.pid, 'SIGKILL');
    if (input.wireType === 'poison.unsigned') throw new Error('This profile cannot sign it.');
    return headers(input);
  },
});
