import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';

/**
 * Starts an app on loopback, on a free port. If the app did not listen already, supertest would listen on a new port for each
 * request.
 */
export async function listen(app: INestApplication): Promise<void> {
  const server = app.getHttpServer() as Server;
  // Never closes idle connections. Otherwise, a request could fail because the server closes its connection at that moment.
  server.keepAliveTimeout = 0;
  await app.listen(0, '127.0.0.1');
}
