import { Test } from '@nestjs/testing';
import type { INestApplication } from '@nestjs/common';
import request from 'supertest';
import { AppModule } from '../../sample-app/src/app.module.js';
import { CARRIER_DELAY_FACTOR } from '../../sample-app/src/carrier/simulator.js';
import { configureApp } from '../../sample-app/src/configure-app.js';
import { createDatabase } from './database.js';
import { listen } from './listen.js';

/** The sample backend on a database of its own, with a carrier that does not wait. */
export interface RunningBackend {
  app: INestApplication;
  databaseUrl: string;
  get(path: string, key?: string): request.Test;
  post(path: string, body: object, key?: string): request.Test;
  /** URL of the API. */
  url: string;
  close(): Promise<void>;
}

export async function startBackend(): Promise<RunningBackend> {
  const database = await createDatabase();
  process.env.DATABASE_URL = database.url;
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(CARRIER_DELAY_FACTOR)
    .useValue(0)
    .compile();
  const app = module.createNestApplication({ logger: ['error', 'warn'] });
  configureApp(app);
  await listen(app);
  const server = app.getHttpServer();
  const bearer = (key: string) => `Bearer ${key}`;
  return {
    app,
    databaseUrl: database.url,
    get: (path, key = 'demo-key-a') =>
      request(server).get(`/api/v1${path}`).set('Authorization', bearer(key)),
    post: (path, body, key = 'demo-key-a') =>
      request(server).post(`/api/v1${path}`).set('Authorization', bearer(key)).send(body),
    url: `${await app.getUrl()}/api/v1`,
    async close() {
      await app.close();
      await database.drop();
    },
  };
}
