import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { PAGE_PATH } from '../portal.js';
import type { PageRequest } from './page-base.js';
import { respond } from './respond.js';

/** What this file uses of Fastify, which is not a dependency. */
interface FastifyInstance {
  hasRoute(route: { method: string; url: string }): boolean;
  get(url: string, handler: (request: PageRequest, reply: object) => void): unknown;
}

/** On Fastify, redirects requests for `<page path>/` to `<page path>`. Express serves both paths. */
@Injectable()
export class PageSlash implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(PAGE_PATH) private readonly pagePath: () => string,
  ) {}

  onModuleInit(): void {
    const adapter = this.host?.httpAdapter;
    const path = this.pagePath();
    if (adapter?.getType() !== 'fastify' || path === '') return;
    const fastify = adapter.getInstance<FastifyInstance>();
    const url = `${path}/`;
    if (fastify.hasRoute({ method: 'GET', url })) return;
    fastify.get(url, (request, reply) => {
      const [, query = ''] = /(\?.*)?$/.exec(request.url) ?? [];
      // Relative, so that it also works behind a proxy that adds a path in front.
      const location = `../${path.slice(path.lastIndexOf('/') + 1)}${query}`;
      respond(reply, { status: 302, headers: { Location: location, 'Cache-Control': 'no-store' } });
    });
  }
}
