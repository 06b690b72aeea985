import type { JsonSchema } from '../../events/catalogue/json-schema.js';
import { BODY_ERRORS, COMMON_ERRORS, ERRORS, type ErrorCode, HOST_STATUSES } from '../operations/errors.js';
import type { Operation } from '../operations/operation.js';
import type { SchemaName } from '../schemas/schemas.js';
import { refTo } from '../schemas/fields.js';

const RETRY_AFTER = {
  'Retry-After': {
    description: 'Seconds until the same call may succeed.',
    schema: { type: 'integer', minimum: 0 },
  },
};

export const schemaOf = (schema: SchemaName | JsonSchema): JsonSchema =>
  typeof schema === 'string' ? refTo(schema) : schema;

export const jsonContent = (schema: JsonSchema): JsonSchema => ({ 'application/json': { schema } });

/** The responses of a route: its success, and its errors by status. */
export function responsesOf(
  operation: Operation,
  status: number,
  reads: { body: boolean },
): Record<string, JsonSchema> {
  const { answer, answerText, errors } = operation;
  const success: JsonSchema = {
    description: answerText,
    ...(answer !== null && { content: jsonContent(schemaOf(answer)) }),
  };
  const codes = new Set<ErrorCode>([
    ...errors,
    ...COMMON_ERRORS,
    ...(reads.body ? ([...BODY_ERRORS, 'json_only'] as const) : []),
  ]);
  return { [status]: success, ...errorResponses(operation, codes) };
}

function errorResponses(operation: Operation, codes: ReadonlySet<ErrorCode>): Record<string, JsonSchema> {
  const byStatus = new Map<number, ErrorCode[]>();
  // In the order of the table, so that documents do not depend on the order of a route's errors.
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    if (!codes.has(code)) continue;
    const status = operation.errorStatus?.[code] ?? ERRORS[code][0];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, found]) => [status, errorResponse(operation, status, found)]),
  );
}

function errorResponse({ errorSchema }: Operation, status: number, codes: readonly ErrorCode[]): JsonSchema {
  const description = codes.map((code) => `\`${code}\`: ${ERRORS[code][1]}`).join('\n\n');
  // The host's own authentication decides the format of these responses.
  if (HOST_STATUSES.includes(status)) return { description };
  const own = errorSchema ?? {
    allOf: [refTo('WebhookError'), { type: 'object', properties: { code: { enum: codes } } }],
  };
  const mayRetry = status === 429 || (status === 503 && errorSchema === undefined);
  return { description, ...(mayRetry && { headers: RETRY_AFTER }), content: jsonContent(own) };
}
