import type { JsonSchema } from '../../events/catalogue/json-schema.js';
import type { SchemaName } from '../schemas/schemas.js';
import type { ErrorCode } from './errors.js';

/** A query parameter. A list is written as comma-separated values. */
export interface QueryParameter {
  schema: JsonSchema;
  description: string;
}

/** What a route takes and returns. Method, path and status come from the controller. */
export interface Operation {
  summary: string;
  description?: string;
  query?: Readonly<Record<string, QueryParameter>>;
  /** Schema of the body. `isRequired`: it has required fields. */
  body?: { schema: SchemaName | JsonSchema; isRequired?: boolean };
  /** Schema of the response; `null`: it has no body. */
  answer: SchemaName | JsonSchema | null;
  /** Description of the response, such as `The webhook.` */
  answerText: string;
  /** Errors besides those of every route. */
  errors: readonly ErrorCode[];
  /** Schema of errors in a platform's own format. Default: `WebhookError`. */
  errorSchema?: JsonSchema;
  /** Errors whose status a platform changes. */
  errorStatus?: Readonly<Partial<Record<ErrorCode, number>>>;
}

/** An operation for each route of a controller. If one is missing, the code does not compile. */
export type OperationsOf<Controller> = Readonly<Record<keyof Controller & string, Operation>>;
