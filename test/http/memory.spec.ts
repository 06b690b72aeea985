import { join } from 'node:path';
import { Child } from '../support/processes/child.js';
import { FloodingReceiver } from './flooding-receiver.js';
import type { Measured } from './processes/memory.js';
import { KINDS } from './sending.js';

const KB = 1024;

describe.each(KINDS)('Whatever the size of the response, the %s transport', (kind) => {
  let receiver: FloodingReceiver;
  let sender: Child;
  beforeAll(async () => {
    receiver = await FloodingReceiver.start();
    sender = new Child(join(__dirname, 'processes/memory.ts'));
  });
  afterAll(() => Promise.all([receiver.stop(), sender.kill()]));

  // A request holds the 4 KB that the transport keeps of the response. While data arrives fast, it also holds one or two
  // reads of 64 KB from its socket.
  it.each([
    [100, 'an endless body', '/endless', 500],
    [100, '10 MB', '/big', 500],
    [100, '50 MB in 50 KB of gzip', '/bomb', 500],
    [100, 'a body in chunks of one byte', '/crumbs', 500],
    [200, 'a chunk whose head never ends', '/extensions', 500],
    [200, 'early hints without end', '/hints', 'headers'],
  ])('holds less than %i KB for each request: %s', async (limit, _, path, outcome) => {
    const limitBytes = limit * KB;
    const measured = await sender.ask<Measured>('measure', kind, `${receiver.origin}${path}`, limitBytes);
    expect(measured.ends).toEqual([outcome]);
    expect(measured.bytesEach).toBeLessThan(limitBytes);
  });
});
