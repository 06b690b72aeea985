import { cloudEvent } from '../cloud-event.js';
import { defineProfile } from '../profile.js';
import type { Profile } from '../profile.js';
import { wireEvent } from '../rendering.js';
import { standard } from './standard.js';
import type { StandardOptions } from './standard.js';

/** Switches of {@link standardCloudEvents}. */
export interface StandardCloudEventsOptions extends StandardOptions {
  /** CloudEvents `source` of events that were published without one: a URI reference. Default `/`. */
  source?: string;
}

/**
 * The `standard` profile with a CloudEvents 1.0 body (structured JSON): same headers, signature, retries and rules. The
 * CloudEvents id is the event's bare UUID; `webhook-id` stays the public id.
 */
export function standardCloudEvents({ source = '/', ...rest }: StandardCloudEventsOptions = {}): Profile {
  return defineProfile({
    ...standard(rest),
    name: 'standard-cloudevents',
    title: 'Standard Webhooks, CloudEvents body',
    contentType: 'application/cloudevents+json',
    render: (event) => {
      const { type, subject, occurredAt, data } = event;
      const fields = { type, source: event.source ?? source, subject, time: occurredAt, data };
      return [wireEvent(type, cloudEvent(event.uuid, fields))];
    },
  });
}
