import { LineLogger } from '../../core/line-logger.js';
import type { Profile, WireEvent } from '../../profiles/profile.js';
import type { ClaimedEvent } from '../../store/outbox-store.js';

const MAX_TYPE_LENGTH = 128;
const NUL = '\0';

/** Renders each event once per profile. All calls for one event must come before the first call for the next event. */
export class EventRenderer {
  private readonly logger = new LineLogger('WebhookRelay');
  private event: ClaimedEvent | null = null;
  /** The requests of `event` by profile. */
  private readonly rendered = new Map<Profile, WireEvent[] | null>();

  /** The requests of an event in a profile, one for each wire type. If rendering fails, logs that and returns `null`. */
  render(event: ClaimedEvent, profile: Profile): WireEvent[] | null {
    if (event !== this.event) this.rendered.clear();
    this.event = event;
    let requests = this.rendered.get(profile);
    if (requests === undefined) this.rendered.set(profile, (requests = this.tryRender(event, profile)));
    return requests;
  }

  private tryRender(event: ClaimedEvent, profile: Profile): WireEvent[] | null {
    try {
      if (event.isDamaged) throw new TypeError('its data in the database is not valid JSON');
      const requests = profile.render(event);
      requests.forEach(checkRequest);
      return [...new Map(requests.map((request) => [request.type, request])).values()];
    } catch (error) {
      this.logger.error(
        `Profile "${profile.name}" failed to render event ${event.sequence} (${event.type}): ${(error as Error).message}`,
      );
      return null;
    }
  }
}

/** Throws if a host's own profile has rendered a request that would make the insert of the whole batch fail. */
function checkRequest({ type, body }: WireEvent): void {
  if (!isStorable(type) || type === '' || type.length > MAX_TYPE_LENGTH)
    throw new TypeError(`each request needs a type of 1 to ${MAX_TYPE_LENGTH} characters`);
  if (!isStorable(body)) throw new TypeError(`the body of ${type} must be text, well-formed and without NUL`);
}

function isStorable(value: unknown): boolean {
  return typeof value === 'string' && !value.includes(NUL) && value.isWellFormed();
}
