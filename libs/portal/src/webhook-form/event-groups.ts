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
 * The event names of a profile with their descriptions, grouped by first part. Names that are not in the catalogue, such
 * as tests, are left out unless there are no others.
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
