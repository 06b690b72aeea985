import { IsIn } from 'class-validator';
import { type Ordering, ORDERINGS } from '../core/states.js';
import { TIMEOUT_RANGE } from '../config/settings.js';
import {
  PlainObject,
  Flag,
  MailAddress,
  Nullable,
  Optional,
  Required,
  Text,
  TextList,
  WholeNumber,
} from '../validation/fields.js';

const EVENT_NAME = /^[!-~]{1,128}$/;
/** A number with or without its plus, or a sender name. */
const NUMBER = /^(\+?\d{2,15}|[A-Za-z0-9][A-Za-z0-9 ._-]{0,10})$/;
const STATUS_CODE = /^[1-5]\d\d$/;

/** Fields that both a registration and a change may hold. */
export abstract class EndpointSettings {
  /** For people, at most 500 characters. */
  @Nullable()
  @Text(500)
  description?: string | null;

  /** Sent with every request: at most 20, values are stored sealed and never shown again. */
  @Nullable()
  @PlainObject()
  headers?: Record<string, string> | null;

  /** Only events of these of the account's own numbers. `null` or left out: all. */
  @Nullable()
  @TextList(100, NUMBER, 'a phone number such as +256701521269, or a sender name')
  phoneNumbers?: string[] | null;

  /** Requests a minute at most; what is over waits. Default no limit, or the profile's. */
  @Nullable()
  @WholeNumber(1, 600_000)
  maxThroughputPerMinute?: number | null;

  /** Requests at the same time at most, over all workers. Default 32. */
  @Nullable()
  @WholeNumber(1, 1000)
  maxInFlight?: number | null;

  /** Deadline of an attempt, milliseconds. Default the profile's. */
  @Nullable()
  @WholeNumber(TIMEOUT_RANGE.min, TIMEOUT_RANGE.max)
  timeoutMs?: number | null;

  /** Order of the deliveries of one subject. Default `relaxed`. */
  @Optional()
  @IsIn(ORDERINGS)
  ordering?: Ordering;

  /** Where to mail what concerns this endpoint. Default the account's address. */
  @Nullable()
  @MailAddress()
  alertEmail?: string | null;

  @Optional()
  @Flag()
  sendAlertEmail?: boolean;

  /** Ignore every answer that is an error: no retry, no alert. */
  @Optional()
  @Flag()
  skipErrors?: boolean;

  /** Ignore answers with these status codes, given as text. */
  @Optional()
  @TextList(100, STATUS_CODE, 'a status code as text, such as "404"', 0)
  skipErrorCodes?: string[];

  @Optional()
  @Flag()
  retryOnError?: boolean;
}

/** Body of `POST /webhooks`. */
export class RegisterEndpoint extends EndpointSettings {
  @Required()
  @Text(2048)
  url!: string;

  /** Names in the profile's vocabulary; `message.*` and `*` where the profile knows patterns. */
  @Required()
  @TextList(100, EVENT_NAME, 'an event name of 1 to 128 printable characters without spaces')
  events!: string[];

  /** Default the account's. It never changes. */
  @Optional()
  @Text(32)
  profile?: string;

  /** Default a new one. `null`: unsigned, where the profile allows that. */
  @Nullable()
  @Text(512)
  secret?: string | null;

  /** `false`: created paused. Default true. */
  @Optional()
  @Flag()
  active?: boolean;
}

/** Body of `PATCH /webhooks/:id`: what is left out stays. */
export class ChangeEndpoint extends EndpointSettings {
  @Optional()
  @Text(2048)
  url?: string;

  @Optional()
  @TextList(100, EVENT_NAME, 'an event name of 1 to 128 printable characters without spaces')
  events?: string[];

  /** As a rotation with this secret. `null`: unsigned, where the profile allows that. */
  @Nullable()
  @Text(512)
  secret?: string | null;

  /** `true` resumes, `false` pauses. */
  @Optional()
  @Flag()
  active?: boolean;
}
