import { isoMilliseconds } from './rendering.js';

/** The attributes that differ between events. */
export interface CloudEventFields {
  type: string;
  /** URI reference, not empty. */
  source: string;
  /** `null` or omitted: the event has no `subject`. */
  subject?: string | null;
  /** Epoch milliseconds. */
  time: number;
  data: unknown;
}

/** Returns a CloudEvents 1.0 event in structured JSON mode. Its keys have the order of the Go SDK that httpSMS uses. */
export function cloudEvent(id: string, { type, source, subject, time, data }: CloudEventFields): object {
  return {
    specversion: '1.0',
    id,
    source,
    type,
    subject: subject ?? undefined,
    datacontenttype: 'application/json',
    time: isoMilliseconds(time),
    data,
  };
}
