import { RequestMethod } from '@nestjs/common';
import type { JsonSchema } from '../../events/catalogue/json-schema.js';
import type { RegisteredRoute } from '../../module/routes/nest-routes.js';
import { describedController } from '../operations/described-controllers.js';
import { KEY_ERRORS } from '../operations/errors.js';
import type { Operation } from '../operations/operation.js';
import type { OpenApiOperation, OpenApiPathItem, OperationOptions } from './open-api-document.js';
import { jsonContent, responsesOf, schemaOf } from './responses.js';

/** A parameter in a path of Nest, with the text before it in its segment: `wh_:id`, `:subject`. */
const PARAMETER = /([a-z]+_)?:(\w+)/g;

const IDEMPOTENCY_KEY: JsonSchema = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'If a successful call is repeated with the same key within a day, the repeated call changes nothing. It returns the first response, with `Idempotency-Replayed: true`.',
  schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
};

/** Descriptions of parameters, by the text before them. */
const IDS: Readonly<Record<string, string>> = {
  wh_: 'Id of the webhook.',
  dlv_: 'Id of the delivery.',
  evt_: 'Id of the event.',
  job_: 'Id of the job.',
};

/** Returns the described routes as paths of a document, without routes of the host. */
export function pathItemsOf(
  routes: readonly RegisteredRoute[],
  options: OperationOptions,
): Record<string, OpenApiPathItem> {
  const items: Record<string, OpenApiPathItem> = {};
  const ids = new Map<string, number>();
  for (const route of routes) {
    const described = describedController(route.controller);
    const operation = described?.operations[route.handlerName];
    if (!described || !operation || !isDescribed(route)) continue;
    const name = `${described.idPrefix}_${route.handlerName}`;
    // A route has several paths if the host's API has several versions in its URLs.
    const count = (ids.get(name) ?? 0) + 1;
    ids.set(name, count);
    const operationId = count === 1 ? name : `${name}_${count}`;
    const item = (items[openApiPath(route.path)] ??= {});
    item[methodOf(route)] = toOperation(route, operation, operationId, options);
  }
  return items;
}

/** False for a route that a host's subclass adds. */
export const isDescribed = ({ controller, handlerName }: RegisteredRoute): boolean =>
  Object.hasOwn(describedController(controller)?.operations ?? {}, handlerName);

/** The path that the scan of `@nestjs/swagger` shows for a route: `/webhooks/wh_{id}`. */
export const scannedPath = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

/** The prefix of an id is part of the id, not of the path: `/webhooks/{id}`. */
const openApiPath = (path: string): string => path.replace(PARAMETER, '{$2}');

export const methodOf = ({ method }: RegisteredRoute): string => RequestMethod[method].toLowerCase();

function toOperation(
  route: RegisteredRoute,
  operation: Operation,
  operationId: string,
  { tag = 'Webhooks', security }: OperationOptions,
): OpenApiOperation {
  const { summary, description, body, errors } = operation;
  // The routes of the platforms, which have an error format of their own, take no `Idempotency-Key`.
  const takesKey = methodOf(route) === 'post' && operation.errorSchema === undefined;
  const parameters = [
    ...pathParameters(route.path),
    ...queryParameters(operation),
    ...(takesKey ? [IDEMPOTENCY_KEY] : []),
  ];
  const described = takesKey ? { ...operation, errors: [...errors, ...KEY_ERRORS] } : operation;
  const hasBody = methodOf(route) !== 'get';
  return {
    operationId,
    summary,
    ...(description !== undefined && { description }),
    tags: [tag],
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: { required: body.isRequired === true, content: jsonContent(schemaOf(body.schema)) },
    }),
    responses: responsesOf(described, statusOf(route), { body: hasBody }),
    ...(security && { security }),
  };
}

function statusOf(route: RegisteredRoute): number {
  const handler = (route.controller.prototype as Record<string, object>)[route.handlerName]!;
  const set = Reflect.getMetadata('__httpCode__', handler) as number | undefined;
  return set ?? (route.method === RequestMethod.POST ? 201 : 200);
}

function pathParameters(path: string): JsonSchema[] {
  return [...path.matchAll(PARAMETER)].map(([, prefix, name]) => ({
    name,
    in: 'path',
    required: true,
    ...(prefix !== undefined && prefix in IDS && { description: IDS[prefix] }),
    schema: { type: 'string', ...(prefix !== undefined && { pattern: `^${prefix}` }) },
  }));
}

function queryParameters({ query = {} }: Operation): JsonSchema[] {
  return Object.entries(query).map(([name, { schema, description }]) => ({
    name,
    in: 'query',
    required: false,
    description,
    schema,
    // Comma-separated values.
    ...(schema.type === 'array' && { style: 'form', explode: false }),
  }));
}
