import { messageEvent, type PortalScope, type WebhookMessage } from 'nestjs-sms-webhooks';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { startHost, type HostSettings, type WebhooksHost } from '../../../support/webhooks-host.js';
import { launchChromium } from './chromium.js';
import { PageFaults } from './page-faults.js';
import { PageRequests } from './page-requests.js';
import { TestReceiver } from './test-receiver.js';

/** An open page, its faults and its requests. */
export interface OpenPage {
  page: Page;
  faults: PageFaults;
  requests: PageRequests;
}

/** How a page is opened. */
export interface Visit {
  tenantId?: string;
  scopes?: PortalScope[];
  ttlMs?: number;
  /** Query in the page's address, such as `?webhook=wh_…`. */
  query?: string;
  /** Where browsers reach the page. Default: the host itself. */
  origin?: string;
  browser?: BrowserContextOptions;
  /** Runs before the page loads. */
  before?: (page: Page) => Promise<unknown>;
}

export const TENANT = 'acme';

/** A host that delivers, a customer's server, and one browser for a whole spec file. */
export class PageWorld {
  private readonly contexts = new Set<BrowserContext>();

  private constructor(
    readonly host: WebhooksHost,
    readonly receiver: TestReceiver,
    /** URL of the customer's server. */
    readonly receiverUrl: string,
    private readonly browser: Browser,
  ) {}

  static async start({ options, ...settings }: HostSettings = {}): Promise<PageWorld> {
    const receiver = new TestReceiver();
    const closers: (() => Promise<unknown>)[] = [() => receiver.close()];
    try {
      const receiverUrl = await receiver.listen();
      const host = await startHost({
        ...settings,
        options: { role: 'all', portal: { access: 'session' }, ...options },
      });
      closers.push(() => host.close());
      return new PageWorld(host, receiver, receiverUrl, await launchChromium());
    } catch (error) {
      for (const close of closers.toReversed()) await close();
      throw error;
    }
  }

  /** Opens the page, signed in. It stays open until `closePages` or `close`. */
  async open(visit: Visit = {}): Promise<OpenPage> {
    const { tenantId = TENANT, scopes, ttlMs, query = '', origin, browser, before } = visit;
    const session = this.host.webhooks.portal.createSession({ tenantId, actor: 'ada', scopes, ttlMs });
    const [path, fragment] = session.url.split('#');
    const context = await this.browser.newContext({ reducedMotion: 'reduce', ...browser });
    this.contexts.add(context);
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const faults = await PageFaults.watch(page);
    const requests = new PageRequests(page);
    await before?.(page);
    await page.goto(`${origin ?? (await this.host.app.getUrl())}${path}${query}#${fragment}`);
    return { page, faults, requests };
  }

  /** Registers a webhook for a path of the customer's server. */
  register(path: string, fields: Record<string, unknown> = {}, tenantId = TENANT) {
    return this.host.webhooks.endpoints.create(tenantId, {
      url: this.receiverUrl + path,
      events: ['*'],
      ...fields,
    });
  }

  /** Publishes `message.delivered` about each id, in one transaction. `fields`: more fields of the messages. */
  async publish(
    ids: readonly string[],
    fields: Partial<WebhookMessage> = {},
    tenantId = TENANT,
  ): Promise<void> {
    const { webhooks, dataSource } = this.host;
    const message = { direction: 'out', from: '+18005550199', to: '+256701521269', ...fields } as const;
    const events = ids.map((id) =>
      messageEvent('message.delivered', { tenantId, subject: id, message: { ...message, id } }),
    );
    await dataSource.transaction((tx) => webhooks.publish(tx, events));
  }

  /** Resolves when `count` further attempts have ended with this outcome. */
  attempts(outcome: 'delivered' | 'retrying' | 'exhausted', count = 1): Promise<void> {
    return new Promise((resolve) => {
      let left = count;
      const stop = this.host.webhooks.events.on(outcome, () => {
        left -= 1;
        if (left > 0) return;
        stop();
        resolve();
      });
    });
  }

  /** Closes the pages of a test. */
  async closePages(): Promise<void> {
    await Promise.all([...this.contexts].map((context) => context.close()));
    this.contexts.clear();
  }

  /** Closes everything, even if closing one part fails. */
  async close(): Promise<void> {
    try {
      await this.browser.close(); // first, because open pages poll the host
    } finally {
      await this.host.close().finally(() => this.receiver.close());
    }
  }
}
