import type { EventType } from '../api/types.ts';

export interface EventChoice {
  name: string;
  description: string;
}

export interface EventGroup {
  /** First part of the names, such as `message`. */
  prefix: string;
  choices: EventChoice[];
}

/**
 * Returns the event names of a profile with their descriptions, grouped by first part. `names` is `null` if the profile
 * allows all names of the event types. `webhook.test` is left out, because nobody subscribes to it.
 */
export function groupEvents(
  names: readonly string[] | null,
  types: readonly EventType[],
  profile: string,
): EventGroup[] {
  const described = new Map<string, string>();
  for (const type of types)
    for (const name of type.names[profile] ?? [])
      described.set(name, described.get(name) ?? type.description);
  const all = names ?? [...described.keys()];
  const groups = new Map<string, EventGroup>();
  for (const name of all.filter((each) => each !== 'webhook.test')) {
    const prefix = name.split('.')[0]!;
    const group = groups.get(prefix) ?? { prefix, choices: [] };
    group.choices.push({ name, description: described.get(name) ?? '' });
    groups.set(prefix, group);
  }
  return [...groups.values()];
}
