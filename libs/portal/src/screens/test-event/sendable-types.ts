import type { EventType } from '../../api/types.ts';

const matches = (pattern: string, name: string): boolean =>
  pattern === '*' || pattern === name || (pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -1)));

/** The type that most webhooks are for. */
const USUAL = 'message.delivered';

/** Types that the webhook's profile sends. The types of the webhook's subscription come first. */
export function sendableTypes(types: readonly EventType[], events: readonly string[]): EventType[] {
  const isSubscribed = ({ name, requests }: EventType) =>
    [name, ...requests.map(({ event }) => event)].some((each) =>
      events.some((pattern) => matches(pattern, each)),
    );
  const sendable = types
    .filter(({ requests }) => requests.length > 0)
    .toSorted((one, other) => Number(other.name === USUAL) - Number(one.name === USUAL));
  return [...sendable.filter(isSubscribed), ...sendable.filter((type) => !isSubscribed(type))];
}
