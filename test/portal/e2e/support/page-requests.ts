import type { Page, Request } from 'playwright-core';
import { drawn } from './in-page.js';

/** The requests of a page that have not ended. */
export class PageRequests {
  private readonly open = new Set<Request>();
  private made = 0;

  constructor(private readonly page: Page) {
    const end = (request: Request) => void this.open.delete(request);
    page.on('request', (request) => {
      this.open.add(request);
      this.made += 1;
    });
    page.on('requestfinished', end).on('requestfailed', end);
  }

  /** Resolves when the page has read and drawn all that it shows. */
  async settled(): Promise<void> {
    let before: number;
    do {
      before = this.made;
      await this.page.evaluate(drawn);
    } while (this.open.size > 0 || this.made > before);
  }
}
