import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { encodeId } from '../../core/ids.js';
import { LineLogger } from '../../core/line-logger.js';
import type { BlockedReason } from '../../core/states.js';
import type { Profile } from '../../profiles/profile.js';
import { sealContext, SECRET_BOX, type SecretBox } from '../../secrets/secret-box.js';
import { SecretOpener } from '../../secrets/secret-opener.js';
import type { CallbackOrigin, DestinationRecord, OutboxStore } from '../../store/outbox-store.js';
import { STORE } from '../../store/store.js';
import type { Destination } from './destination.js';

/** Values in place of all columns that may be unreadable, so that the rest of the row can be used. */
const UNREAD = {
  events: '["*"]',
  phoneNumbers: null,
  headers: null,
  secrets: null,
  skipErrorCodes: null,
  accountSecrets: null,
};

/** Reads where lanes deliver to: the current settings of the endpoint or the account, with opened secrets. */
@Injectable()
export class DestinationReader {
  private readonly logger = new LineLogger('WebhookDestinations');
  private readonly opener: SecretOpener;

  constructor(
    @Inject(STORE) private readonly store: OutboxStore,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(SECRET_BOX) box: SecretBox,
  ) {
    this.opener = new SecretOpener(box, this.logger);
  }

  /** Active and paused endpoints, by tenant. */
  async readByTenants(tx: OutboxStore, tenantIds: readonly string[]): Promise<Map<string, Destination[]>> {
    return this.byTenant(await tx.readDestinationsOfTenants(tenantIds));
  }

  /** Groups by tenant the records that a statement has just read. */
  byTenant(records: readonly DestinationRecord[]): Map<string, Destination[]> {
    const byTenant = new Map<string, Destination[]>();
    for (const destination of this.toDestinations(records)) {
      const list = byTenant.get(destination.tenantId);
      if (list) list.push(destination);
      else byTenant.set(destination.tenantId, [destination]);
    }
    return byTenant;
  }

  /** The destinations of lanes in any state, by lane id. */
  async readByLanes(
    laneIds: readonly string[],
    store: OutboxStore = this.store,
  ): Promise<Map<string, Destination>> {
    const destinations = this.toDestinations(await store.readDestinationsOfLanes(laneIds));
    return new Map(destinations.map((destination) => [destination.laneId, destination]));
  }

  /**
   * Each key of the map is the tenant's id, a space and the origin. Lanes that are missing are created. Until `tx` ends,
   * no lane of these callbacks can be deleted.
   */
  async readCallbacks(
    tx: OutboxStore,
    callbacks: readonly CallbackOrigin[],
  ): Promise<Map<string, Destination>> {
    const records = await tx.ensureCallbackLanes(callbacks);
    const destinations = this.toDestinations(records);
    return new Map(
      records.map(({ tenantId, origin }, index) => [`${tenantId} ${origin}`, destinations[index]!]),
    );
  }

  private toDestinations(records: readonly DestinationRecord[]): Destination[] {
    const now = this.store.now(); // set by the statement that has just run
    return records.map((record) => this.toDestination(record, now));
  }

  /** An unreadable row must not stop the rows that are read with it. */
  private toDestination(record: DestinationRecord, now: number): Destination {
    const { profile, tenantId, endpointId } = record;
    try {
      if (profile !== null && !this.settings.profiles.has(profile))
        throw new Error(`this host has no profile "${profile}"`);
      return this.read(record, now);
    } catch (error) {
      const who = endpointId === null ? `callbacks of tenant ${tenantId}` : encodeId('wh', endpointId);
      this.logger.error(`Nothing can be sent to ${who}: ${(error as Error).message}`);
      return { ...this.read({ ...record, ...UNREAD }, now), blockedReason: 'endpoint-unreadable' };
    }
  }

  private read(record: DestinationRecord, now: number): Destination {
    const { tenantId, endpointId } = record;
    const profile = this.profileOf(record);
    const ownsSecrets = profile.secret.owner === 'endpoint' && endpointId !== null;
    const context = sealContext(tenantId, endpointId);
    const headers = record.headers === null ? {} : this.opener.openHeaders(record.headers, context);
    const secrets = this.opener.openSecrets(
      parse(ownsSecrets ? record.secrets : record.accountSecrets, []),
      ownsSecrets ? context : sealContext(tenantId, null),
      now,
    );
    return {
      laneId: record.laneId,
      tenantId,
      endpointId,
      url: record.url,
      profile,
      events: parse(record.events, []),
      phoneNumbers: parse(record.phoneNumbers, null),
      customHeaders: headers ?? {},
      secrets: secrets ?? [],
      timeoutMs: record.timeoutMs ?? profile.timeoutMs,
      createdAt: record.createdAt ?? 0,
      state: record.laneState,
      ordering: record.ordering,
      hasLimits: record.hasLimits,
      isHealthy: record.isHealthy,
      hasBacklog: record.hasBacklog,
      blockedReason: blockedReasonOf(headers, secrets),
      skipErrors: record.skipErrors ?? false,
      skipErrorCodes: parse(record.skipErrorCodes, []),
      retryOnError: record.retryOnError ?? true,
      sendAlertEmail: record.sendAlertEmail ?? false,
    };
  }

  private profileOf({ profile, accountProfile }: DestinationRecord): Profile {
    const name = profile ?? accountProfile;
    return (name && this.settings.profiles.get(name)) || this.settings.profile;
  }
}

function blockedReasonOf(
  headers: Record<string, string> | null,
  secrets: string[] | null,
): BlockedReason | null {
  if (headers === null) return 'headers-unreadable';
  return secrets === null ? 'secret-unreadable' : null;
}

function parse<T>(text: string | null, fallback: T): T {
  return text === null ? fallback : (JSON.parse(text) as T);
}
