import type { Page } from 'playwright-core';
import { reportViolations } from './in-page.js';

/** Faults of a page: violations of its policy, scripts that threw, and injected scripts that ran. */
export class PageFaults {
  /** One line for each fault. */
  readonly list: string[] = [];

  /** Call this method before the page loads. */
  static async watch(page: Page): Promise<PageFaults> {
    const faults = new PageFaults();
    await page.exposeFunction('reportFault', (fault: string) => void faults.list.push(fault));
    await page.addInitScript(reportViolations);
    page.on('pageerror', ({ message }) => faults.list.push(`error: ${message}`));
    page.on('dialog', (dialog) => {
      faults.list.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    return faults;
  }
}
