import type { ServerResponse } from 'node:http';
import type { CallHandler, ExecutionContext, NestInterceptor, Type } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { Exchange } from './exchange.js';

/** Reports each request that passes the host's guards and reaches the controller, with its response. */
export function observe(controller: Type<object>, report: (exchange: Exchange) => void): Type<object> {
  const interceptors = (Reflect.getMetadata('__interceptors__', controller) ?? []) as unknown[];
  Reflect.defineMetadata('__interceptors__', [new Observer(report), ...interceptors], controller);
  return controller;
}

class Observer implements NestInterceptor {
  constructor(private readonly report: (exchange: Exchange) => void) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<Exchange['request']>();
    const reply = http.getResponse<ServerResponse & { raw?: ServerResponse }>();
    onEnd(reply.raw ?? reply, ({ statusCode: status }, body, contentType) => {
      const [controller, handlerName] = [context.getClass<object>(), context.getHandler().name];
      this.report({ controller, handlerName, request, status, contentType, body });
    });
    return next.handle();
  }
}

type Ended = (response: ServerResponse, body: string, contentType: string) => void;

/** Calls `ended` with the whole body, before the last part of the body is sent. */
function onEnd(response: ServerResponse, ended: Ended): void {
  const chunks: Buffer[] = [];
  const keep = (chunk: unknown): void => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  };
  const { write, end } = response;
  response.write = (...input: unknown[]) => {
    keep(input[0]);
    return write.apply(response, input as never);
  };
  response.end = (...input: unknown[]) => {
    keep(input[0]);
    ended(response, Buffer.concat(chunks).toString(), contentTypeOf(response));
    response.write = write;
    response.end = end;
    return end.apply(response, input as never);
  };
}

/** Fastify writes all headers as one text, so `getHeader` does not return them. */
function contentTypeOf(response: ServerResponse): string {
  const { _header: head } = response as ServerResponse & { _header?: string | null };
  const set = response.getHeader('content-type') ?? /^content-type: (.*)$/im.exec(head ?? '')?.[1];
  return String(set ?? '');
}
