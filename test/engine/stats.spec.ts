import { delivered, useEngine } from './support/engine.js';
import { answer, Gate } from './support/receiver.js';

describe('stats()', () => {
  const engine = useEngine();
  const stats = () => engine().webhooks.stats();

  it('is all nought where nothing waits', async () => {
    expect(await stats()).toMatchObject({
      unrelayed: 0,
      dueLanes: 0,
      due: 0,
      lagMs: 0,
      inFlight: 0,
      leases: 0,
    });
  });

  it('counts events that wait for the relay, and how long the oldest has', async () => {
    await engine().publish(delivered('a', 'm1'), delivered('a', 'm2'));
    engine().advance(90_000);
    const { unrelayed, due, lagMs } = await stats();
    expect({ unrelayed, due }).toEqual({ unrelayed: 2, due: 0 });
    expect(lagMs).toBeGreaterThanOrEqual(90_000);
    expect(lagMs).toBeLessThan(120_000);
    await engine().runOnce();
    expect(await stats()).toMatchObject({ unrelayed: 0, lagMs: 0 });
  });

  it('counts deliveries that are due, not those that wait for their time', async () => {
    engine().receiver.on('/a', answer(500));
    await engine().endpoint('a', '/a');
    await engine().publish(delivered('a', 'm1'), delivered('a', 'm2'));
    await engine().runOnce();
    expect(await stats()).toMatchObject({ due: 0, dueLanes: 0, lagMs: 0 });
    engine().advance(60_000);
    const { due, dueLanes, lagMs } = await stats();
    expect({ due, dueLanes }).toEqual({ due: 2, dueLanes: 1 });
    expect(lagMs).toBeGreaterThan(50_000);
  });

  it('counts what this process has in flight, and what it has recorded', async () => {
    const gate = new Gate();
    engine().receiver.on('/a', gate.behaviour);
    engine().receiver.on('/b', answer(404));
    await engine().endpoint('a', '/a');
    await engine().endpoint('b', '/b', { retryOnError: false });
    const before = (await stats()).recorded;
    await engine().publish(delivered('a', 'm1'), delivered('b', 'm2'));
    const running = engine().runOnce();
    await engine().receiver.arrived(1, '/a');
    expect(await stats()).toMatchObject({ inFlight: expect.any(Number), leases: 1 });
    expect((await stats()).inFlight).toBeGreaterThanOrEqual(1);
    gate.open();
    await running;
    const { inFlight, leases, recorded, http } = await stats();
    expect({ inFlight, leases }).toEqual({ inFlight: 0, leases: 0 });
    expect(recorded.delivered - before.delivered).toBe(1);
    expect(recorded.exhausted - before.exhausted).toBe(1);
    expect(http.requests).toBeGreaterThanOrEqual(2);
  });
});
