import { ValidationPipe } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';

/** What this backend does to every request. */
export function configureApp(app: INestApplication): void {
  app.setGlobalPrefix('api/v1');
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
}
