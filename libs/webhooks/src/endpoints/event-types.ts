import { Inject, Injectable } from '@nestjs/common';
import { InvalidOptionError } from '../core/errors.js';
import { catalogue, isCatalogueType } from '../events/catalogue/catalogue.js';
import { type CatalogueEntry } from '../events/catalogue/catalogue-entry.js';
import { eventExample, ownEventExample } from '../events/catalogue/event-example.js';
import type { WebhookEvent } from '../events/event.js';
import type { Profile } from '../profiles/profile.js';
import { SETTINGS, type Settings } from '../config/settings.js';

/** One type of event, and what it is called where. */
export interface EventTypeInfo extends CatalogueEntry {
  /** Names to subscribe to, by profile; a profile that is missing has no words for this type. */
  names: Record<string, string[]>;
}

/** The catalogue and the host's own types, for those who choose what to subscribe to. */
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

/** Throws {@link InvalidOptionError} where a profile of the host, or the example it gave, fails. */
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
