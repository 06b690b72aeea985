import { Flag, Instant, Optional, Required, Text, TextList } from '../validation/fields.js';

/** Body of `POST /webhooks/:id/replay`. */
export class ReplayEvents {
  /** Events that were published at this time (RFC 3339) or later. */
  @Required()
  @Instant()
  since!: string;

  /** Events that were published before this time (RFC 3339). Default now. */
  @Optional()
  @Instant()
  until?: string;

  /** Only events of these types, such as `message.delivered`. Default: all types that the webhook is subscribed to. */
  @Optional()
  @TextList(100, /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/, 'an event type such as "message.delivered"')
  types?: string[];

  /** Only events about this subject. */
  @Optional()
  @Text(255)
  subject?: string;

  /** Only count. Default false. */
  @Optional()
  @Flag()
  dryRun?: boolean;
}
