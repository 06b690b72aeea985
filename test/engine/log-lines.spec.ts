import { delivered, useEngine } from './support/engine.js';
import { answer, cut, inTurn } from './support/receiver.js';

// That nobody can write a line of their own is in test/security/log-lines.spec.ts.
describe('The log', () => {
  const engine = useEngine({ options: { delivery: { retry: { schedule: [1000, 2000], jitter: 0 } } } });

  it('has a line for each failed attempt at level debug, and a warning where that was the last', async () => {
    engine().receiver.on('/hooks', inTurn(cut, answer(503), answer(500)));
    const { id } = await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1'));
    for (let i = 0; i < 3; i++, engine().advance(2000)) await engine().runOnce();
    const [delivery] = await engine().deliveries('acme');
    const which = (number: number) =>
      `Delivery ${delivery!.id} to ${id} (message.delivered, attempt ${number} of 3)`;
    expect(engine().log.debugs.filter((line) => line.startsWith('Delivery'))).toEqual([
      `${which(1)} failed: reset; next attempt in 1000 ms`,
      `${which(2)} failed: HTTP 503; next attempt in 2000 ms`,
    ]);
    expect(engine().log.warnings).toEqual([`${which(3)} exhausted: retries-used-up, HTTP 500`]);
  });

  it('counts on where somebody asks for another round, and names a callback as one', async () => {
    engine().receiver.on('/callback', answer(500));
    const callbackUrl = engine().receiver.url('/callback');
    await engine().publish(delivered('acme', 'm1', { callbackUrl }));
    for (let i = 0; i < 3; i++, engine().advance(2000)) await engine().runOnce();
    const [delivery] = await engine().deliveries('acme');
    await engine().webhooks.deliveries.retry('acme', delivery!.id);
    await engine().runOnce();
    expect(engine().log.debugs.at(-1)).toBe(
      `Delivery ${delivery!.id} to a callback (message.delivered, attempt 4 of 6) failed: HTTP 500; next attempt in 1000 ms`,
    );
  });

  it('has no line for what arrives', async () => {
    await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1'));
    await engine().runOnce();
    expect([...engine().log.debugs, ...engine().log.warnings]).toEqual([]);
  });
});
