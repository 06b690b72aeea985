import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { sidewaysScrollers as findSidewaysScrollers } from './in-page.js';

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** Serious and critical findings of axe, one line each. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // Loads axe through the debugger, because the page's policy allows no other script. Each document needs axe once.
  if (!(await page.evaluate<boolean>('"axe" in globalThis'))) await page.evaluate(axe);
  const { violations } = (await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] })`,
  )) as AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

const NEXT_FRAME = 'new Promise((drawn) => requestAnimationFrame(() => drawn()))';
const MAX_FRAMES = 120;

/** What makes the page scroll sideways, one line each. Waits some frames for the page to adapt to a new width. */
export async function sidewaysScrollers(page: Page): Promise<string[]> {
  let found = await page.evaluate(findSidewaysScrollers);
  for (let frame = 0; found.length > 0 && frame < MAX_FRAMES; frame++) {
    await page.evaluate(NEXT_FRAME);
    found = await page.evaluate(findSidewaysScrollers);
  }
  return found;
}
