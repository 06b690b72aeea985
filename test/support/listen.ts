import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';

/**
 * Starts an app on loopback, on a free port. supertest would make each request listen on a port of its own if the app
 * did not listen already.
 */
export async function listen(app: INestApplication): Promise<void> {
  const server = app.getHttpServer() as Server;
  // Connections are reused. One that the server closes at the moment of a request would fail that request.
  server.keepAliveTimeout = 0;
  await app.listen(0, '127.0.0.1');
}
