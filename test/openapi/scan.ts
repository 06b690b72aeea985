import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

/** The document that Nest's own scan makes. */
export function scan(app: INestApplication, version: '3.0.0' | '3.1.0' = '3.1.0'): OpenAPIObject {
  const config = new DocumentBuilder().setTitle('A host').setVersion('1').setOpenAPIVersion(version);
  return SwaggerModule.createDocument(app, config.build());
}

/** Every operation of a document, such as `post /webhooks`. */
export function operationsOf({ paths }: { paths: object }): string[] {
  return Object.entries(paths as Record<string, object>).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
}
