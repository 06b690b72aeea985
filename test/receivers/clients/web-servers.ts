import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { server as hapiServer } from '@hapi/hapi';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';

/** Gets what arrived at a path and returns the status to respond with. `parsed` is what the framework made of the body. */
export type Accept = (
  path: string,
  headers: IncomingHttpHeaders,
  rawBody: Buffer,
  parsed?: unknown,
) => Promise<number>;

/** A customer's web server on loopback. */
export interface WebServer {
  port: number;
  close(): Promise<unknown>;
}

type Start = (accept: Accept) => Promise<WebServer>;

/** JSON parsers ignore `application/cloudevents+json` unless it is configured. */
const JSON_TYPES = ['application/json', 'application/*+json'];

const onExpress =
  (make: typeof express): Start =>
  async (accept) => {
    const app = make();
    const verify = (request: object, _response: unknown, rawBody: Buffer) =>
      Object.assign(request, { rawBody });
    app.use(make.json({ type: JSON_TYPES, verify }));
    app.post(/.*/, async (request, response) => {
      const { path, headers, body, rawBody } = request as express.Request & { rawBody: Buffer };
      response.sendStatus(await accept(path, headers, rawBody, body));
    });
    return listening(createServer(app));
  };

const onFastify: Start = async (accept) => {
  const app = fastify();
  app.addContentTypeParser(
    ['application/json', 'application/cloudevents+json'],
    { parseAs: 'buffer' },
    (_request, body, done) => done(null, body),
  );
  app.post('/*', async ({ url, headers, body }, reply) =>
    reply.code(await accept(url, headers, body as Buffer)).send(),
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
};

/** Loaded without its types, because they add a `rawBody` to the requests of every server in the program. */
const { bodyParser } = require('@koa/bodyparser') as { bodyParser: (options: object) => Koa.Middleware };

const onKoa: Start = async (accept) => {
  const app = new Koa();
  app.use(bodyParser({ extendTypes: { json: JSON_TYPES } }));
  app.use(async (context) => {
    const { path, headers } = context;
    const { rawBody, body } = context.request as unknown as { rawBody: string; body: unknown };
    context.status = await accept(path, headers, Buffer.from(rawBody), body);
  });
  return listening(createServer(app.callback()));
};

const onHapi: Start = async (accept) => {
  const app = hapiServer({ port: 0, host: '127.0.0.1' });
  app.route({
    method: 'POST',
    path: '/{path*}',
    options: { payload: { parse: false, output: 'data' } },
    handler: async ({ path, headers, payload }, toolkit) =>
      toolkit.response().code(await accept(path, headers as IncomingHttpHeaders, payload as Buffer)),
  });
  await app.start();
  return { port: Number(app.info.port), close: () => app.stop({ timeout: 0 }) };
};

const onHono: Start = async (accept) => {
  const app = new Hono();
  app.post('/*', async ({ req }) => {
    const rawBody = Buffer.from(await req.arrayBuffer());
    return new Response(null, { status: await accept(req.path, req.header(), rawBody, await req.json()) });
  });
  return listening(
    createServer(getRequestListener(app.fetch) as (r: IncomingMessage, s: ServerResponse) => void),
  );
};

async function listening(server: Server): Promise<WebServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export const webServers: Record<string, Start> = {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  'Express 4': onExpress(require('express4') as typeof express),
  'Express 5': onExpress(express),
  Fastify: onFastify,
  Koa: onKoa,
  hapi: onHapi,
  Hono: onHono,
};
