import { describedController } from '../../../libs/webhooks/src/openapi/operations/described-controllers.js';
import {
  type OpenApiOperation,
  type OpenApiPathItem,
  webhooksOpenApi,
} from '../../../libs/webhooks/src/openapi/index.js';
import { closed } from './closed.js';
import type { Exchange } from './exchange.js';
import validatorsOf from './validators.shared.js';

interface Described {
  operation: OpenApiOperation;
  /** JSON pointer to the operation. */
  place: string;
}

const document = webhooksOpenApi({ compat: ['httpsms', 'mobile-text-alerts'] });
const validatorOf = validatorsOf(document, closed as (document: object) => object);

const operations = new Map(
  Object.entries(document.paths).flatMap(([path, item]: [string, OpenApiPathItem]) =>
    Object.entries(item).map(([method, operation]): [string, Described] => [
      operation.operationId,
      { operation, place: `document#/paths/${path.replaceAll('/', '~1')}/${method}` },
    ]),
  ),
);
const JSON_SCHEMA = 'content/application~1json/schema';

/** Returns those parts of the response, and of an accepted request, that the document does not describe. */
export function problemsOf(exchange: Exchange): string[] {
  const { controller, handlerName, status } = exchange;
  const described = describedController(controller);
  // Skips routes that a host's subclass adds, and faults that a test causes on purpose.
  if (!described || !(handlerName in described.operations) || status === 500) return [];
  const name = `${described.idPrefix}_${handlerName}`;
  const operation = operations.get(name)!;
  const problems = [
    ...responseProblems(operation, exchange),
    ...(status < 300 ? requestProblems(operation, exchange) : []),
  ];
  return problems.map((problem) => `${name}, ${status}: ${problem}`);
}

function responseProblems(
  { operation, place }: Described,
  { request, status, contentType, body }: Exchange,
): string[] {
  const response = operation.responses[status];
  if (!response) return [`undocumented status ${status} ${body}`];
  if (response.content === undefined) return status === 204 && body !== '' ? ['has a body'] : [];
  if (request.method === 'HEAD') return [];
  if (!contentType.startsWith('application/json')) return [`content type ${contentType}`];
  return problemsWith(`${place}/responses/${status}/${JSON_SCHEMA}`, JSON.parse(body), body);
}

function requestProblems({ operation, place: closedPlace }: Described, { request }: Exchange): string[] {
  // The platforms' routes ignore fields that they do not know.
  const isLenient = /~1v\d~1/.test(closedPlace);
  const place = isLenient ? closedPlace.replace('document', 'open') : closedPlace;
  // A platform's route also accepts JSON with the content type of a form. For a form, the host's parser has set `request.body`, so
  // the body is not checked.
  const isJson = /json/.test(String(request.headers['content-type'] ?? (isLenient ? '' : 'json')));
  const problems =
    operation.requestBody && isJson
      ? problemsWith(`${place}/requestBody/${JSON_SCHEMA}`, request.body ?? {}, 'the request')
      : [];
  for (const [index, parameter] of (operation.parameters ?? []).entries()) {
    const value = (request.query as Record<string, unknown> | undefined)?.[parameter.name as string];
    if (parameter.in !== 'query' || value === undefined) continue;
    const read = fromQuery(value, (parameter.schema as { type: string }).type);
    problems.push(...problemsWith(`${place}/parameters/${index}/schema`, read, String(parameter.name)));
  }
  return problems;
}

function fromQuery(value: unknown, type: string): unknown {
  if (typeof value !== 'string' || type === 'string') return value;
  return type === 'array' ? value.split(',') : JSON.parse(value);
}

function problemsWith(place: string, value: unknown, what: string): string[] {
  const validate = validatorOf(place);
  if (validate(value)) return [];
  const errors = validate.errors!.map(({ instancePath, message, params }) =>
    ['value', instancePath, ' ', message, ' ', params.additionalProperty ?? ''].join('').trim(),
  );
  return [`${errors.join(', ')} in ${what.slice(0, 500)}`];
}
