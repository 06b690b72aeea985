import { setTimeout as delay } from 'node:timers/promises';

/**
 * Polls `ask` until its result is truthy, and returns that result. A count of 0 does not end the wait. After `patience` ms,
 * throws an error that names `what`.
 */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer> | Answer,
  patience = 60_000,
): Promise<NonNullable<Answer>> {
  const end = Date.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`Not within ${patience} ms: ${what}`);
    await delay(15);
  }
}
