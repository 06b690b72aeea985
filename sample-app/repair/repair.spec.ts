import { startBackend, type RunningBackend } from '../../test/support/sample-app.js';
import { playRepair } from './play-repair.js';

let backend: RunningBackend;

beforeAll(async () => (backend = await startBackend()));
afterAll(() => backend.close());

it('A customer repairs a receiver, and then gets everything through the REST API', async () => {
  const lines: string[] = [];
  const steps = await playRepair({
    api: backend.url,
    key: 'demo-key-a',
    say: (line) => void lines.push(line),
  });
  const text = lines.join('\n');
  expect(text).toMatch(/5 failed; evt_\w+: 503 "The database of the receiver is down", x-error-id db-42/);
  // The numbers vary, because a scheduled retry may come before the customer's call.
  expect(text).toMatch(/\d matched, \d sent now/);
  expect(text).toMatch(/a dry run found 6; job done: 6 created, 0 left/);
  const callsOf = Object.fromEntries(steps.map(({ step, calls }) => [step, calls]));
  expect(callsOf).toMatchObject({ register: 1, 'find out why': 3, 'repaired: send what waits': 1 });
});
