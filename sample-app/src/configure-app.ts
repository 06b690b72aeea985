import { ValidationPipe } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { serveOpenApi } from './openapi.js';

/** Sets the prefix and the validation of all routes, and serves their OpenAPI document. */
export function configureApp(app: INestApplication): void {
  // Scripts for httpSMS and Mobile Text Alerts find the registration routes at the paths of those platforms.
  app.setGlobalPrefix('api/v1', { exclude: ['v1/webhooks{/*path}', 'v3/webhooks{/*path}'] });
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
  serveOpenApi(app);
}
