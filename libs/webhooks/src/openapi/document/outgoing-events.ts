import { catalogue, isCatalogueType } from '../../events/catalogue/catalogue.js';
import type { CatalogueEntry } from '../../events/catalogue/catalogue-entry.js';
import { eventExample, ownEventExample } from '../../events/catalogue/event-example.js';
import type { JsonSchema } from '../../events/catalogue/json-schema.js';
import { type ExampleRequest, exampleRequests } from '../../profiles/example-request.js';
import type { Profile } from '../../profiles/profile.js';
import { refTo } from '../schemas/fields.js';
import type { OpenApiOperation, OpenApiPathItem } from './open-api-document.js';
import { schemaOfExample } from './schema-of-example.js';

/** The requests that receivers get. */
export interface OutgoingEvents {
  /** By profile and event: `standard/message.delivered`. */
  webhooks: Record<string, OpenApiPathItem>;
  /** Schemas of the events' data. */
  schemas: Record<string, JsonSchema>;
}

interface Sent {
  entry: CatalogueEntry;
  request: ExampleRequest;
  schema: JsonSchema;
}

/** @param own the host's own event types */
export function outgoingEvents(profiles: readonly Profile[], own: readonly CatalogueEntry[]): OutgoingEvents {
  const entries = [...catalogue, ...own];
  const schemas: Record<string, JsonSchema> = {};
  const webhooks: Record<string, OpenApiPathItem> = {};
  for (const profile of profiles) {
    const byEvent = new Map<string, Sent[]>();
    for (const entry of entries) {
      for (const sent of requestsFor(profile, entry)) {
        byEvent.set(sent.request.event, [...(byEvent.get(sent.request.event) ?? []), sent]);
      }
    }
    for (const [event, sent] of byEvent)
      webhooks[`${profile.name}/${event}`] = { post: toOperation(profile, event, sent) };
  }
  for (const entry of entries) schemas[dataSchemaName(entry)] = entry.schema;
  return { webhooks, schemas };
}

/** Returns, for example, `WebhookDataMessageDelivered` for `message.delivered`. */
function dataSchemaName({ name }: CatalogueEntry): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter(Boolean);
  return `WebhookData${words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')}`;
}

function requestsFor(profile: Profile, entry: CatalogueEntry): Sent[] {
  const { name, example } = entry;
  const event = isCatalogueType(name) ? eventExample(name) : ownEventExample(name, example);
  const known = { json: JSON.stringify(event.data), schema: refTo(dataSchemaName(entry)) };
  return exampleRequests(profile, event).map((request) => ({
    entry,
    request,
    schema: bodySchema(request.body, known),
  }));
}

function bodySchema(body: string, known: { json: string; schema: JsonSchema }): JsonSchema {
  try {
    return schemaOfExample(JSON.parse(body), known);
  } catch {
    return { type: 'string' };
  }
}

function toOperation(profile: Profile, event: string, sent: readonly Sent[]): OpenApiOperation {
  const [{ request, schema }] = sent as [Sent, ...Sent[]];
  const { 'content-type': contentType, ...headers } = request.headers;
  const examples = sent.map(({ entry, request: { body } }) => [entry.name, { value: parsed(body) }]);
  return {
    operationId: `${profile.name}_${event}`.replaceAll(/\W+/g, '_'),
    summary: sent.map(({ entry }) => entry.description).join(' '),
    tags: [`${profile.title} events`],
    parameters: Object.entries(headers).map(([name, value]) => ({
      name,
      in: 'header',
      required: false,
      schema: { type: 'string' },
      example: value,
    })),
    requestBody: {
      required: true,
      content: { [contentType!]: { schema, examples: Object.fromEntries(examples) as object } },
    },
    responses: Object.fromEntries(
      successes(profile).map((status) => [status, { description: 'The receiver has the event.' }]),
    ),
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** The statuses that count as a success in the profile. */
function successes({ isSuccess }: Profile): string[] {
  const all = Array.from({ length: 100 }, (_, index) => 200 + index);
  const found = all.filter((status) => isSuccess(status));
  return found.length === all.length ? ['2XX'] : found.map(String);
}
