import { type CanActivate, Controller, type Type, UseGuards } from '@nestjs/common';
import { MetadataScanner } from '@nestjs/core';
import type { RouteDecorator } from '../../config/structure-options.js';
import { InvalidOptionError } from '../../core/errors.js';

/** Injects the controllers that this module has mounted, including those of the webhooks page. */
export const CONTROLLERS = Symbol('webhooks:controllers');
/** Injects the controllers of the webhooks page; the page itself comes first. */
export const PORTAL_CONTROLLERS = Symbol('webhooks:portal-controllers');

interface Mounting {
  guards: (Type<CanActivate> | CanActivate)[];
  decorators: readonly RouteDecorator[];
  path?: string;
}

/** Returns a new subclass for each `forRoot()`: decorators on the shared class would change all modules in the process. */
export function mountController(controller: Type<object>, mounting: Mounting): Type<object> {
  const { guards, decorators, path } = mounting;
  const Mounted = { [controller.name]: class extends controller {} }[controller.name]!;
  if (path !== undefined) Controller(path)(Mounted);
  if (guards.length > 0) UseGuards(...guards)(Mounted);
  // TypeScript applies the decorators above a class from bottom to top. So the end of the list comes first.
  decorators.toReversed().forEach((decorator) => decorate(Mounted, decorator));
  return Mounted;
}

/** Returns the names of the methods that handle a route. */
export function handlersOf({ prototype }: Type<object>): string[] {
  const names = new MetadataScanner().getAllMethodNames(prototype);
  return names.filter((name) => Reflect.hasMetadata('path', handlerOf(prototype, name)));
}

export const handlerOf = (prototype: object, name: string): ((...input: unknown[]) => unknown) =>
  (prototype as Record<string, (...input: unknown[]) => unknown>)[name]!;

/** Applies one decorator to the class and to each handler. Some decorators fit only one of these, and throw otherwise. */
function decorate(Mounted: Type<object>, decorator: RouteDecorator): void {
  const failures = [
    failureOf(() => void (decorator as ClassDecorator)(Mounted)),
    failureOf(() => handlersOf(Mounted).forEach((name) => decorateHandler(Mounted, name, decorator))),
  ];
  if (failures.some((failure) => failure === null)) return;
  throw new InvalidOptionError(
    'decorators',
    undefined,
    `decorators: one of them fits neither a class nor a method (${failures[1]!.message})`,
    { cause: failures[1] },
  );
}

function decorateHandler({ prototype }: Type<object>, name: string, decorator: RouteDecorator): void {
  const descriptor = { value: ownHandler(prototype, name), writable: true, configurable: true };
  const replaced = (decorator as MethodDecorator)(prototype, name, descriptor);
  Object.defineProperty(prototype, name, replaced ?? descriptor);
}

/** Returns this class's own copy of a handler. Decorators write metadata on handlers, and all modules share the original. */
function ownHandler(prototype: object, name: string): (...input: unknown[]) => unknown {
  const handler = handlerOf(prototype, name);
  if (Object.hasOwn(prototype, name)) return handler;
  const own = {
    [name](this: object, ...input: unknown[]) {
      return handler.apply(this, input);
    },
  }[name]!;
  for (const key of Reflect.getMetadataKeys(handler))
    Reflect.defineMetadata(key, Reflect.getMetadata(key, handler), own);
  return own;
}

function failureOf(action: () => void): Error | null {
  try {
    action();
    return null;
  } catch (error) {
    return error as Error;
  }
}
