import type { Locator, Page } from 'playwright-core';
import { focusElsewhere } from './in-page.js';

const MAX_STEPS = 120;

/** Presses Tab until the element has the focus. Throws if Tab does not reach the element. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  const passed: string[] = [];
  for (let step = 0; step < MAX_STEPS; step++) {
    const elsewhere = await target.evaluate(focusElsewhere);
    if (elsewhere === null) return;
    passed.push(elsewhere);
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${target}. It passed:\n${[...new Set(passed)].join('\n')}`);
}

/** Activates a button or link with the keyboard. */
export async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}

/** Replaces the text in a field. */
export async function type(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}
