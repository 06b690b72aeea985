import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until other processes have brought something about: calls `ask` again and again, and fails with `what` and the last
 * result after `patience` ms. Returns the first truthy result, so a count of 0 does not end it.
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
