import { cloudEvent } from '../cloud-event.js';
import { defineProfile, type Profile } from '../profile.js';
import { wireEvent } from '../rendering.js';
import { standard, type StandardOptions } from './standard.js';

/** Options of {@link standardCloudEvents}. */
export interface StandardCloudEventsOptions extends StandardOptions {
  /** CloudEvents `source` of events that were published without a source: a URI reference. Default `/`. */
  source?: string;
}

/**
 * The `standard` profile with a CloudEvents 1.0 body (structured JSON): same headers, signature, retries and rules. The
 * CloudEvents id is the event's UUID; `webhook-id` is the public id `evt_…`.
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
