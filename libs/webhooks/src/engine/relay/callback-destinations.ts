import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { URL_POLICY, type UrlPolicy } from '../../http/policy/url-policy.js';
import { ensureAccounts } from '../../secrets/ensure-accounts.js';
import { SECRET_BOX, type SecretBox } from '../../secrets/secret-box.js';
import type { AccountStore } from '../../store/account-store.js';
import type { CallbackOrigin, ClaimedEvent, OutboxStore } from '../../store/outbox-store.js';
import type { Destination } from '../destinations/destination.js';
import { DestinationReader } from '../destinations/destination-reader.js';

/**
 * Callbacks whose URL the policy refuses have this origin, because their discarded deliveries need a lane, too. A URL that
 * only the profile refuses, because the URL is not `https:`, keeps its own origin.
 */
const REFUSED_ORIGIN = 'refused';

export interface CallbackDestination {
  destination: Destination;
  /** The URL must not be used. */
  isRefused: boolean;
}

/** Finds the lanes of the callbacks in a batch. */
@Injectable()
export class CallbackDestinations {
  constructor(
    private readonly reader: DestinationReader,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
    @Inject(URL_POLICY) private readonly urls: UrlPolicy,
  ) {}

  /**
   * Returns the destination of each event that has a `callbackUrl`, by the event's sequence. Creates missing lanes and
   * accounts.
   */
  async read(
    tx: OutboxStore & AccountStore,
    events: readonly ClaimedEvent[],
  ): Promise<Map<string, CallbackDestination>> {
    const found = new Map<string, CallbackDestination>();
    const callbacks = events.filter((event) => event.callbackUrl !== null);
    if (callbacks.length === 0) return found;
    const origins = callbacks.map((event) => this.originOf(event.callbackUrl!));
    const lanes = new Map<string, CallbackOrigin>();
    callbacks.forEach(({ tenantId }, index) => {
      const origin = origins[index] ?? REFUSED_ORIGIN;
      lanes.set(`${tenantId} ${origin}`, { tenantId, origin });
    });
    await ensureAccounts(
      tx,
      this.box,
      () => this.settings.profile.secret.generate(),
      callbacks.map((event) => event.tenantId),
    );
    const destinations = await this.reader.readCallbacks(tx, [...lanes.values()]);
    callbacks.forEach(({ tenantId, sequence }, index) => {
      const origin = origins[index]!;
      const destination = destinations.get(`${tenantId} ${origin ?? REFUSED_ORIGIN}`)!;
      const { httpsOnly } = destination.profile.registration;
      const isRefused = origin === null || (httpsOnly && !origin.startsWith('https:'));
      found.set(sequence, { destination, isRefused });
    });
    return found;
  }

  /** `null`: the URL must not be used. */
  private originOf(url: string): string | null {
    try {
      return this.urls.check(url).origin;
    } catch {
      return null; // the delivery is discarded with the reason "url-refused"
    }
  }
}
