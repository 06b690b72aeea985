import { ValidationPipe } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';

/** The prefix and the validation of all routes. */
export function configureApp(app: INestApplication): void {
  app.setGlobalPrefix('api/v1');
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
}
