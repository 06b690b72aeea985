import { Inject, Injectable } from '@nestjs/common';
import { defaultProfileFor, requireProfile } from '../accounts/profile-choice.js';
import { TenantAccounts } from '../accounts/tenant-accounts.js';
import { catalogue } from '../events/catalogue/catalogue.js';
import type { CatalogueEntry } from '../events/catalogue/catalogue-entry.js';
import type { WebhookEvent } from '../events/event.js';
import { type ExampleRequest, exampleRequests } from '../profiles/example-request.js';
import type { Profile } from '../profiles/profile.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import type { AccountStore } from '../store/account-store.js';
import { STORE } from '../store/store.js';
import { exampleOf, namesIn } from './event-names.js';

/** An event type, its names in each profile, and what a receiver gets for its example. */
export interface EventTypeInfo extends CatalogueEntry {
  /** Names to subscribe to, by profile. Profiles that do not support this type are left out. */
  names: Record<string, string[]>;
  /** The requests for the example, in the profile of the `EventTypeResult`. Empty if this profile does not support the type. */
  requests: ExampleRequest[];
}

/** The event types, with example requests of one profile. */
export interface EventTypeResult {
  /** The profile of the `requests`. */
  profile: string;
  data: EventTypeInfo[];
}

/** The event types of the catalogue and of the host, for lists from which a customer chooses. */
@Injectable()
export class EventTypeList {
  private readonly entries: (Omit<EventTypeInfo, 'requests'> & { event: WebhookEvent })[];
  readonly profileNames: readonly string[];
  /** All types, and their names in all profiles. */
  readonly allNames: readonly string[];
  /** There may be more types, because the host may publish types that it has not listed. */
  readonly isOpen: boolean;
  private readonly byProfile = new Map<string, EventTypeInfo[]>();

  constructor(
    @Inject(STORE) private readonly store: AccountStore,
    private readonly accounts: TenantAccounts,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    const { profiles, eventTypes } = settings;
    this.entries = [...catalogue, ...eventTypes].map((entry) => {
      const names: Record<string, string[]> = {};
      const event = exampleOf(entry);
      for (const profile of profiles.values()) {
        const types = namesIn(profile, event);
        if (types.length > 0) names[profile.name] = types;
      }
      return { ...entry, names, event };
    });
    const all = [...profiles.values()];
    this.profileNames = all.map(({ name }) => name);
    this.isOpen = settings.allowUnknownEventTypes;
    this.allNames = [
      ...new Set([
        ...this.entries.flatMap(({ name, names }) => [name, ...Object.values(names).flat()]),
        ...all.flatMap(({ registration }) => registration.eventNames ?? []),
      ]),
    ];
  }

  /**
   * @param profileName default: the profile of the tenant's new webhooks
   * @throws WebhooksRequestError 422 if there is no such profile
   */
  async list(tenantId: string, profileName?: string): Promise<EventTypeResult> {
    const { store, accounts, settings } = this;
    const name = profileName ?? defaultProfileFor(settings, await accounts.find(store, tenantId));
    const profile = requireProfile(settings, name, 'profile');
    return { profile: profile.name, data: this.inProfile(profile) };
  }

  private inProfile(profile: Profile): EventTypeInfo[] {
    const known = this.byProfile.get(profile.name);
    if (known) return known;
    const data = this.entries.map(({ event, ...entry }) => ({
      ...entry,
      requests: exampleRequests(profile, event),
    }));
    this.byProfile.set(profile.name, data);
    return data;
  }
}
