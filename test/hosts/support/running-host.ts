import type { INestApplication, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { verifyWebhook } from 'nestjs-sms-webhooks-receiver';
import request from 'supertest';
import type { Arrival } from '../../engine/support/receiver.js';
import { listen } from '../../support/listen.js';

/** Starts a host, which migrates its database and delivers. */
export async function startHost(AppModule: Type): Promise<INestApplication> {
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = module.createNestApplication<INestApplication>({ logger: ['error', 'warn'] });
  try {
    await listen(app);
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

/**
 * Registers a customer's endpoint through the API, and returns the endpoint's secret. Expects that the API refuses a call
 * without a key.
 */
export async function register(app: INestApplication, apiKey: string, url: string): Promise<string> {
  const server = app.getHttpServer();
  const refused = await request(server)
    .post('/webhooks')
    .send({ url, events: ['*'] });
  expect([401, 403]).toContain(refused.status);
  const { body } = await request(server)
    .post('/webhooks')
    .set('x-api-key', apiKey)
    .send({ url, events: ['*'] })
    .expect(201);
  return body.secret;
}

/** Verifies the signatures. Returns the statuses of each number in order of arrival, such as `+15550101: sent delivered`. */
export function statusesByNumber(arrivals: readonly Arrival[], secrets: string): string[] {
  const statuses = new Map<string, string[]>();
  for (const { headers, body } of arrivals) {
    const { payload } = verifyWebhook({ profile: 'standard', headers, body, secrets });
    const { to, status } = (payload.data as { message: { to: string; status: string } }).message;
    statuses.set(to, [...(statuses.get(to) ?? []), status]);
  }
  return [...statuses].map(([to, all]) => `${to}: ${all.join(' ')}`).toSorted();
}
