import type { Type } from '@nestjs/common';

/** A request to one of the module's routes, and the response. */
export interface Exchange {
  /** The class of the controller that handled the request. */
  controller: Type<object>;
  handlerName: string;
  /** The body and the query are as the host's parsers left them. */
  request: { method: string; body?: unknown; query?: unknown; headers: Record<string, unknown> };
  status: number;
  contentType: string;
  body: string;
}
