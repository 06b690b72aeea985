import type { Settings } from '../config/settings.js';
import { InvalidOptionError } from '../core/errors.js';
import { catalogue, isCatalogueType, knownTypes } from '../events/catalogue/catalogue.js';
import type { CatalogueEntry } from '../events/catalogue/catalogue-entry.js';
import { eventExample, ownEventExample } from '../events/catalogue/event-example.js';
import type { WebhookEvent } from '../events/event.js';
import type { Profile } from '../profiles/profile.js';

/**
 * The event names that a webhook of this profile can subscribe to; `null`: any. If the profile lists no names, these are
 * the event types of the catalogue and the host, and the profile's names for them.
 */
export function eventNamesOf(
  profile: Profile,
  { eventTypes, allowUnknownEventTypes }: Pick<Settings, 'eventTypes' | 'allowUnknownEventTypes'>,
): readonly string[] | null {
  if (profile.registration.eventNames) return profile.registration.eventNames;
  if (allowUnknownEventTypes) return null;
  const entries = [...catalogue, ...eventTypes];
  const rendered = entries.flatMap((entry) => namesIn(profile, exampleOf(entry)));
  return [...new Set([...knownTypes(eventTypes), ...rendered])];
}

/** The example event of a type. */
export function exampleOf({ name, example }: CatalogueEntry): WebhookEvent {
  return isCatalogueType(name) ? eventExample(name) : ownEventExample(name, example);
}

/**
 * Returns the profile's names for an event; empty if the profile does not support the event's type.
 *
 * @throws InvalidOptionError if the profile throws: the host's profile or the host's example of an event type is wrong
 */
export function namesIn(profile: Profile, event: WebhookEvent): string[] {
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
