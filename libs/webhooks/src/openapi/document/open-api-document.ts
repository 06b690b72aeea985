import type { JsonSchema } from '../../events/catalogue/json-schema.js';

/** Names of security schemes, each with its scopes: `[{ bearer: [] }]`. */
export type SecurityRequirements = readonly Readonly<Record<string, readonly string[]>>[];

/** One route, or one outgoing request. */
export interface OpenApiOperation {
  operationId: string;
  summary: string;
  description?: string;
  tags?: readonly string[];
  parameters?: readonly JsonSchema[];
  requestBody?: JsonSchema;
  responses: Readonly<Record<string, JsonSchema>>;
  security?: SecurityRequirements;
}

/** Operations by the name of the method in lower case. */
export type OpenApiPathItem = Record<string, OpenApiOperation>;

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description?: string };
  servers?: readonly { url: string; description?: string }[];
  security?: SecurityRequirements;
  tags?: readonly { name: string; description?: string }[];
  paths: Record<string, OpenApiPathItem>;
  /** The requests that receivers get, one for each event of each profile. */
  webhooks: Record<string, OpenApiPathItem>;
  components: {
    schemas: Record<string, JsonSchema>;
    securitySchemes?: Readonly<Record<string, JsonSchema>>;
  };
}

/** Options for the operations of a document. */
export interface OperationOptions {
  /** Heading of the routes. Default `Webhooks`. */
  tag?: string;
  /** Security of the routes. Default: the `security` of the document. */
  security?: SecurityRequirements;
  /** Prefix of the names of the schemas, for documents with other schemas of the same names. Default none. */
  schemaPrefix?: string;
}
