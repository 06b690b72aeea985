import type { JsonSchema } from '../../events/catalogue/json-schema.js';
import type { SchemaName } from '../schemas/schemas.js';
import type { ErrorCode } from './errors.js';

/** A query parameter. A list is written as values with commas between them. */
export interface QueryParameter {
  schema: JsonSchema;
  description: string;
}

/** What a route takes and returns. Its method, path and status are those of the controller. */
export interface Operation {
  summary: string;
  description?: string;
  query?: Readonly<Record<string, QueryParameter>>;
  /** Schema of the body. `isRequired`: it has required fields. */
  body?: { schema: SchemaName | JsonSchema; isRequired?: boolean };
  /** Schema of the response; `null`: it has no body. */
  answer: SchemaName | JsonSchema | null;
  /** What it describes, such as `The webhook.` */
  answerText: string;
  /** Besides those of every route. */
  errors: readonly ErrorCode[];
  /** A platform's own form of errors. Default: `WebhookError`. */
  errorSchema?: JsonSchema;
  /** Errors whose status a platform changes. */
  errorStatus?: Readonly<Partial<Record<ErrorCode, number>>>;
}

/** An operation for each route of a controller: a route without one does not compile. */
export type OperationsOf<Controller> = Readonly<Record<keyof Controller & string, Operation>>;
