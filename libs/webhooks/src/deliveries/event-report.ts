import { encodeId } from '../core/ids.js';
import { formatInstant } from '../core/instants.js';
import type { EndpointState } from '../core/states.js';
import type { WebhookEvent } from '../events/event.js';
import { explainMismatch, type Mismatch } from '../events/subscription.js';
import type { Profile, WireEvent } from '../profiles/profile.js';
import type { DeliveryRecord, SubjectEvent, SubscriberRecord } from '../store/delivery-store.js';
import type { ByteBudget } from './byte-budget.js';
import { toDelivery, type WebhookDelivery } from './delivery.js';

/** An endpoint that did not get an event. */
export interface SkippedEndpoint {
  /** `wh_…` */
  endpointId: string;
  url: string;
  description: string | null;
  state: EndpointState;
  /**
   * Why the endpoint, as it is now, would not get the event. `null`: the endpoint would get the event now, and `explanation`
   * says why there is no delivery.
   */
  reason: Mismatch | null;
  /** The reason as a sentence. */
  explanation: string;
}

/** One event with its deliveries. Instants are RFC 3339 in UTC. */
export interface EventReport {
  /** `evt_…` */
  id: string;
  /** Larger is later. */
  sequence: string;
  type: string;
  test: boolean;
  occurredAt: string;
  createdAt: string;
  /** The relay has processed it: all its deliveries exist. */
  relayed: boolean;
  deliveries: WebhookDelivery[];
  /** The event has more deliveries than `deliveries` contains: filter the delivery log by its subject to find them. */
  hasMoreDeliveries: boolean;
  skipped: SkippedEndpoint[];
  /** There may be more skipped endpoints than `skipped` contains. */
  hasMoreSkipped: boolean;
}

/** The rows that an {@link EventReport} is built from. */
export interface ReportedEvent {
  event: SubjectEvent;
  relayed: boolean;
  deliveries: readonly DeliveryRecord[];
  hasMoreDeliveries: boolean;
  /** Endpoints that got no delivery, and that existed when the event was published or exist now. */
  others: readonly SubscriberRecord[];
  hasMoreOthers: boolean;
}

/** Settings that decide who gets an event. */
interface MatchSettings {
  profiles: ReadonlyMap<string, Profile>;
  callbackMode: 'replace' | 'add';
}

/** Maximum number of event names in an explanation. */
const MAX_NAMES_LISTED = 10;

const EXPLANATIONS: Record<Mismatch, (endpoint: SubscriberRecord) => string> = {
  deleted: () => 'This webhook was deleted.',
  disabled: ({ stateReason }) => `This webhook is disabled (${stateReason ?? 'no reason recorded'}).`,
  'test-for-another-endpoint': () => 'The event was a test of another webhook.',
  'callback-instead': () => 'The message had its own callback URL, which replaces the webhooks.',
  'created-later': () => 'This webhook was registered after the event.',
  'profile-cannot-express': ({ profile }) => `The profile ${profile} does not support this type of event.`,
  events: ({ events }) => `This webhook is subscribed to other events (${listNames(events)}).`,
  'phone-numbers': () =>
    'The event has no phone number of the account that is among the phone numbers of this webhook.',
};
const NOT_RELAYED_YET = 'The event is waiting to be relayed. This webhook will get it.';
const CONFIGURED_LATER =
  'As it is configured now, this webhook would get the event. It was configured differently when the event was published.';

/** Builds the report, cut to what fits into `budget`. Returns `null` if the report would be cut but must not be cut. */
export function toEventReport(
  reported: ReportedEvent,
  settings: MatchSettings,
  budget: ByteBudget,
  mayBeCut: boolean,
): EventReport | null {
  const { relayed, others } = reported;
  const { id, sequence, type, test, occurredAt, createdAt } = reported.event;
  const deliveries = budget.take(reported.deliveries.map(toDelivery));
  const skipped = budget.take(explainSkipped(reported, settings));
  const isCut = deliveries.length < reported.deliveries.length || skipped.length < others.length;
  if (isCut && !mayBeCut) return null;
  return {
    id: encodeId('evt', id),
    sequence,
    type,
    test,
    occurredAt: formatInstant(occurredAt),
    createdAt: formatInstant(createdAt),
    relayed,
    deliveries,
    hasMoreDeliveries: reported.hasMoreDeliveries || deliveries.length < reported.deliveries.length,
    skipped,
    hasMoreSkipped: reported.hasMoreOthers || skipped.length < others.length,
  };
}

function* explainSkipped(
  { event, relayed, others }: ReportedEvent,
  { profiles, callbackMode }: MatchSettings,
): Generator<SkippedEndpoint> {
  const { id: uuid, ...fields } = event;
  const rendered = new Map<string, readonly WireEvent[]>();
  for (const endpoint of others) {
    const { id, url, description, state, profile: name } = endpoint;
    if (!rendered.has(name)) rendered.set(name, render(profiles.get(name), { ...fields, uuid }));
    const reason = explainMismatch(event, endpoint, rendered.get(name)!, callbackMode);
    const explanation = reason
      ? EXPLANATIONS[reason](endpoint)
      : relayed
        ? CONFIGURED_LATER
        : NOT_RELAYED_YET;
    yield { endpointId: encodeId('wh', id), url, description, state, reason, explanation };
  }
}

/** The first few of an endpoint's event names, of which there may be 100. */
function listNames(names: readonly string[]): string {
  const more = names.length - MAX_NAMES_LISTED;
  return more > 0 ? `${names.slice(0, MAX_NAMES_LISTED).join(', ')} and ${more} more` : names.join(', ');
}

/** Renders the requests of an event. Returns none if the host has removed the profile, or if the data does not fit the type. */
function render(profile: Profile | undefined, event: WebhookEvent): readonly WireEvent[] {
  try {
    return profile?.render(event) ?? [];
  } catch {
    return [];
  }
}
