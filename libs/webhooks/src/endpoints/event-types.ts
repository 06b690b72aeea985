import { Inject, Injectable } from '@nestjs/common';
import { InvalidOptionError } from '../core/errors.js';
import { catalogue, isCatalogueType } from '../events/catalogue/catalogue.js';
import type { CatalogueEntry } from '../events/catalogue/catalogue-entry.js';
import { eventExample, ownEventExample } from '../events/catalogue/event-example.js';
import type { WebhookEvent } from '../events/event.js';
import type { Profile } from '../profiles/profile.js';
import { SETTINGS, type Settings } from '../config/settings.js';

/** An event type and its names in each profile. */
export interface EventTypeInfo extends CatalogueEntry {
  /** Names to subscribe to, by profile. Profiles that do not support this type are left out. */
  names: Record<string, string[]>;
}

/** The event types of the catalogue and of the host, for lists to subscribe from. */
@Injectable()
export class EventTypeList {
  private readonly entries: EventTypeInfo[];

  constructor(@Inject(SETTINGS) { profiles, eventTypes }: Settings) {
    this.entries = [...catalogue, ...(eventTypes ?? [])].map((entry) => {
      const names: Record<string, string[]> = {};
      const { name, example } = entry;
      const event = isCatalogueType(name) ? eventExample(name) : ownEventExample(name, example);
      for (const profile of profiles.values()) {
        const types = namesIn(profile, event);
        if (types.length > 0) names[profile.name] = types;
      }
      return { ...entry, names };
    });
  }

  list(): EventTypeInfo[] {
    return this.entries;
  }
}

/** Throws {@link InvalidOptionError} if a profile of the host fails on an example, or an example of the host on a profile. */
function namesIn(profile: Profile, event: WebhookEvent): string[] {
  try {
    return profile.render(event).map(({ type }) => type);
  } catch (error) {
    const { message } = error as Error;
    throw isCatalogueType(event.type)
      ? new InvalidOptionError(
          'profiles',
          profile.name,
          `the profile ${profile.name} fails on the example of ${event.type} (${message}). Return [] for events that the profile does not support`,
          { cause: error },
        )
      : new InvalidOptionError(
          'eventTypes',
          event.type,
          `the profile ${profile.name} fails on the example of the event type ${event.type} (${message}). Change the example`,
          { cause: error },
        );
  }
}
