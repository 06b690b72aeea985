// The OpenAPI document of the routes and the outgoing requests: `nestjs-sms-webhooks/openapi`.
export { addWebhooksToOpenApi, type HostDocument } from './add-to-document.js';
export { webhooksOpenApi, type OpenApiOptions } from './create-document.js';
export type {
  OpenApiDocument,
  OpenApiOperation,
  OpenApiPathItem,
  OperationOptions,
  SecurityRequirements,
} from './document/open-api-document.js';
