import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { ExecutionContext, Type } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';

/** A route's handler, and the controller to which the handler belongs. */
export interface Route {
  controller: Type<object>;
  handler: (...input: unknown[]) => unknown;
}

/** Returns a made-up request without headers, cookies and body, in a context that can be passed to guards. */
export function anonymousContext(adapter: AbstractHttpAdapter, route: Route): ExecutionContext {
  const raw = new IncomingMessage(new Socket());
  raw.method = 'POST';
  raw.url = '/';
  const empty = { params: {}, query: {}, body: {}, cookies: {}, ip: '127.0.0.1', originalUrl: raw.url };
  const [request, response] =
    adapter.getType() === 'express' ? ofExpress(adapter, raw, empty) : ofFastify(raw, empty);
  const input = [request, response, () => undefined];
  const http = {
    getRequest: () => request,
    getResponse: () => response,
    getNext: () => input[2],
  };
  return {
    getType: () => 'http',
    getClass: () => route.controller,
    getHandler: () => route.handler,
    getArgs: () => input,
    getArgByIndex: (index: number) => input[index],
    switchToHttp: () => http,
    switchToRpc: () => ({ getData: () => request, getContext: () => response }),
    switchToWs: () => ({ getClient: () => request, getData: () => response, getPattern: () => '' }),
  } as unknown as ExecutionContext;
}

function ofExpress(adapter: AbstractHttpAdapter, raw: IncomingMessage, empty: object): [object, object] {
  const express = adapter.getInstance<{ request: object; response: object }>();
  const response = Object.assign(Object.setPrototypeOf(new ServerResponse(raw), express.response), {
    req: raw,
  });
  Object.setPrototypeOf(raw, express.request);
  for (const [name, value] of Object.entries({ ...empty, res: response, app: express }))
    Object.defineProperty(raw, name, { value, writable: true, configurable: true, enumerable: true });
  return [raw, response];
}

function ofFastify(raw: IncomingMessage, empty: object): [object, object] {
  const { method, url, headers } = raw;
  const reply = { raw: new ServerResponse(raw), header: () => reply, code: () => reply, status: () => reply };
  return [{ ...empty, raw, method, url, headers }, reply];
}
