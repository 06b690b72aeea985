import type { WebhookProfile } from '../../profiles.js';
import { readBytes } from './read-bytes.js';
import { bodyOf, type StoredRequest } from './stored-request.js';
import { UsageError } from '../usage.error.js';
import { inferProfile } from '../verdict/infer-profile.js';

export interface RequestFile {
  headers: Record<string, string | string[]>;
  body: Buffer;
  profile: WebhookProfile | null;
  /**
   * `null`: the request is not a delivery of the log. `omitted`: names of the headers that the log masks, such as signatures.
   * `eventId`: the `webhook-id` to sign with, if the log has no such header.
   */
  delivery: { eventId: string; omitted: string[] } | null;
}

interface Delivery {
  id: string;
  event: { id: string };
  body: string | null;
  lastAttempt: { request: { headers: Record<string, string> } | null } | null;
}

/** The mask of secrets in the delivery log. */
const MASK = '…';

/** Reads what `listen --save` wrote, or the JSON of a delivery from the API. Throws {@link UsageError}. */
export async function readRequestFile(path: string): Promise<RequestFile> {
  const content = parse(path, (await readBytes(path)).toString('utf8'));
  if (isStored(content))
    return {
      headers: content.headers,
      body: bodyOf(content),
      profile: inferProfile(content.headers),
      delivery: null,
    };
  if (isDelivery(content)) return fromDelivery(path, content);
  throw new UsageError(
    `"${path}" is neither a request that listen --save stored nor a delivery (GET /webhooks/deliveries/:id).`,
  );
}

function fromDelivery(path: string, { event, body, lastAttempt }: Delivery): RequestFile {
  if (body === null) throw new UsageError(`"${path}": the body of this delivery has been erased.`);
  const sent = lastAttempt?.request?.headers ?? {};
  const omitted = Object.keys(sent).filter((name) => sent[name]!.includes(MASK));
  const headers = Object.fromEntries(Object.entries(sent).filter(([name]) => !omitted.includes(name)));
  return {
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(body),
    profile: inferProfile(sent),
    delivery: { eventId: event.id, omitted },
  };
}

function parse(path: string, text: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(text);
    if (typeof content === 'object' && content !== null) return content as Record<string, unknown>;
  } catch {
    // The error below covers this case too.
  }
  throw new UsageError(`"${path}" is not a JSON object.`);
}

function isStored(content: object): content is StoredRequest {
  const { receivedAt, headers, body, bodyEncoding } = content as Partial<StoredRequest>;
  const isEncoding = bodyEncoding === 'utf8' || bodyEncoding === 'base64';
  return (
    typeof receivedAt === 'string' && typeof headers === 'object' && typeof body === 'string' && isEncoding
  );
}

function isDelivery(content: object): content is Delivery {
  const { id, event, body } = content as Partial<Delivery>;
  return (
    typeof id === 'string' && typeof event?.id === 'string' && (typeof body === 'string' || body === null)
  );
}
