import { RequestMethod, type Type } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import type { RegisteredRoute } from './nest-routes.js';
import { parsePattern } from './route-pattern.js';

interface Layer {
  route?: { path: unknown; methods: Record<string, boolean> };
}

/** Stands for the controller of a route that has no controller. */
const NO_CONTROLLER: Type<object> = class {};

/** The routes of an Express app in the order in which Express tries them. Routers mounted with `use` cannot be read. */
export class ExpressRoutes {
  /** Routes that no controller declares, because the host registered them at Express itself. */
  readonly raw: RegisteredRoute[] = [];
  private readonly positions = new Map<string, number>();

  constructor(
    private readonly adapter: AbstractHttpAdapter,
    declared: readonly RegisteredRoute[],
  ) {
    const unseen = declared.map((route) => this.keyOf(route));
    this.layers().forEach((route, position) => {
      const key = `${route.method} ${route.path}`;
      if (!this.positions.has(key)) this.positions.set(key, position);
      const index = unseen.indexOf(key);
      if (index === -1) this.raw.push(route);
      else unseen.splice(index, 1);
    });
  }

  isBefore(one: RegisteredRoute, other: RegisteredRoute): boolean {
    const [left, right] = [one, other].map((route) => this.positions.get(this.keyOf(route)) ?? Infinity);
    return left! < right!;
  }

  private keyOf({ method, path, controller }: RegisteredRoute): string {
    const registered = controller === NO_CONTROLLER ? path : (this.adapter.normalizePath?.(path) ?? path);
    return `${method} ${registered}`;
  }

  private layers(): RegisteredRoute[] {
    const express = this.adapter.getInstance<Record<'_router' | 'router', { stack?: Layer[] } | undefined>>();
    // Express 4 throws at `router`, and Express 5 has no `_router`.
    const { stack = [] } = express._router ?? express.router ?? {};
    return stack.flatMap(({ route }) => {
      if (!route || typeof route.path !== 'string') return [];
      const { path } = route;
      const names = route.methods._all
        ? ['ALL']
        : Object.keys(route.methods).map((name) => name.toUpperCase());
      return names.map((name): RegisteredRoute => ({
        controller: NO_CONTROLLER,
        handlerName: '',
        name: `${name} ${path}`,
        method: RequestMethod[name as keyof typeof RequestMethod],
        path,
        pattern: parsePattern(path),
        base: [],
        versions: null,
      }));
    });
  }
}
