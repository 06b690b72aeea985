import { IsIn } from 'class-validator';
import { type Ordering, ORDERINGS } from '../core/states.js';
import { TIMEOUT_RANGE } from '../config/settings.js';
import {
  PlainObject,
  Flag,
  MailAddress,
  Metadata,
  Note,
  Nullable,
  Optional,
  Pattern,
  Required,
  Text,
  TextList,
  WholeNumber,
} from '../validation/fields.js';

const EVENT_NAME = /^[!-~]{1,128}$/;
/**
 * A phone number with or without the plus, or an alphanumeric sender name. Three forms are refused, because they would match
 * no event: a number that begins with the international prefix `00`, a zero after the plus, and a space at the end.
 */
const PHONE_NUMBER = /^(?!\+?00\d+$|\+0|.* $)(\+?\d{2,15}|[A-Za-z0-9][A-Za-z0-9 ._-]{0,10})$/;
const UID = /^[\w.:-]{1,128}$/;
const STATUS_CODE = /^[1-5]\d\d$/;

/** Fields that a registration and a later change can set. */
export abstract class EndpointSettings {
  /** For people, at most 500 characters. */
  @Nullable()
  @Note(500)
  description?: string | null;

  /** An id of the caller's own, unique among the tenant's webhooks: letters, digits, `.`, `_`, `:`, `-`, at most 128. */
  @Nullable()
  @Pattern(UID, '1 to 128 letters, digits and . _ : -')
  uid?: string | null;

  /**
   * Values of the caller's own: at most 20. Names have at most 40 characters, and values at most 500; all together, 4 KB. A
   * change replaces all values.
   */
  @Nullable()
  @Metadata()
  metadata?: Record<string, string> | null;

  /** Headers for every request, at most 20. Values are stored sealed and never shown again. */
  @Nullable()
  @PlainObject()
  headers?: Record<string, string> | null;

  /** Only events of these numbers of the account. Default and `null`: all numbers. */
  @Nullable()
  @TextList(100, PHONE_NUMBER, 'a phone number such as +256701521269, or a sender name')
  phoneNumbers?: string[] | null;

  /** Maximum number of requests per minute; excess requests wait. `null`: no limit. Default: the profile's limit, or none. */
  @Nullable()
  @WholeNumber(1, 600_000)
  maxThroughputPerMinute?: number | null;

  /**
   * Maximum number of requests at the same time, over all workers. Default and `null`: in each worker, `worker.maxInFlight`
   * of the module (32).
   */
  @Nullable()
  @WholeNumber(1, 1000)
  maxInFlight?: number | null;

  /** Timeout (ms) of an attempt. Default and `null`: the profile's. */
  @Nullable()
  @WholeNumber(TIMEOUT_RANGE.min, TIMEOUT_RANGE.max)
  timeoutMs?: number | null;

  /** Order of the deliveries of one subject. Default: `relaxed`. */
  @Optional()
  @IsIn(ORDERINGS)
  ordering?: Ordering;

  /** Where to mail alerts about this endpoint. Default and `null`: the account's address. */
  @Nullable()
  @MailAddress()
  alertEmail?: string | null;

  /** Also send mail about failed attempts. Default: false. */
  @Optional()
  @Flag()
  sendAlertEmail?: boolean;

  /** Ignore every error response: no retry, no alert. Default: false. */
  @Optional()
  @Flag()
  skipErrors?: boolean;

  /** Ignore responses with these status codes, given as text. Default: none. */
  @Optional()
  @TextList(100, STATUS_CODE, 'a status code as text, such as "404"', 0)
  skipErrorCodes?: string[];

  /** Retry failed deliveries. Default: true. */
  @Optional()
  @Flag()
  retryOnError?: boolean;
}

/** Body of `POST /webhooks`. */
export class RegisterEndpoint extends EndpointSettings {
  @Required()
  @Text(2048)
  url!: string;

  /** Event names of the profile; `message.*` and `*` if the profile supports patterns. */
  @Required()
  @TextList(100, EVENT_NAME, 'an event name of 1 to 128 printable characters without spaces')
  events!: string[];

  /** Name of the profile. It cannot be changed later. Default: the account's. */
  @Optional()
  @Text(32)
  profile?: string;

  /** Default: a generated secret; none if the profile uses only the caller's secrets. `null`: unsigned, if the profile allows that. */
  @Nullable()
  @Text(512)
  secret?: string | null;

  /** `false`: created paused. Default: true. */
  @Optional()
  @Flag()
  active?: boolean;
}

/** Body of `PATCH /webhooks/:id`. Fields that are left out stay as they are. */
export class ChangeEndpoint extends EndpointSettings {
  @Optional()
  @Text(2048)
  url?: string;

  @Optional()
  @TextList(100, EVENT_NAME, 'an event name of 1 to 128 printable characters without spaces')
  events?: string[];

  /** Rotates to this secret. `null`: unsigned, if the profile allows that. */
  @Nullable()
  @Text(512)
  secret?: string | null;

  /** `true` resumes, `false` pauses. */
  @Optional()
  @Flag()
  active?: boolean;
}
