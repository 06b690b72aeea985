import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { addWebhooksToOpenApi } from 'nestjs-sms-webhooks/openapi';

/** Serves the OpenAPI document at `/openapi.json`, and Swagger's page at `/docs`. */
export function serveOpenApi(app: INestApplication): void {
  const config = new DocumentBuilder()
    .setTitle('SMS backend')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .build();
  const document = addWebhooksToOpenApi(SwaggerModule.createDocument(app, config), app);
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'openapi.json' });
}
