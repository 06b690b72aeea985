import { type DynamicModule, Module } from '@nestjs/common';
import type { WebhooksModuleOptions } from './config/options.js';
import type { WebhooksModuleStructure } from './config/structure-options.js';
import { InvalidOptionError } from './core/errors.js';
import { ConfigurableModuleClass, type WebhooksModuleAsyncOptions } from './module/module-definition.js';

/**
 * Sends webhooks from the host's own database: entities, outbox, registration routes, and the worker that delivers.
 *
 * @publicApi
 */
@Module({})
export class WebhooksModule extends ConfigurableModuleClass {
  /**
   * Registers the module with options that are known now. Option values are checked when the app starts.
   *
   * @throws InvalidOptionError if a structural option (`guards`, `tenant`, `role`, …) is invalid, or if `options` is not an
   * object
   */
  static override forRoot(options: WebhooksModuleOptions & WebhooksModuleStructure = {}): DynamicModule {
    assertObject('forRoot', options);
    return super.forRoot(options);
  }

  /**
   * Registers the module with option values from `useFactory`, `useClass` or `useExisting`. Structural
   * options are passed beside the factory, not returned by it.
   *
   * @throws InvalidOptionError if a structural option (`guards`, `tenant`, `role`, …) is invalid, or if `options` is not an
   * object
   */
  static override forRootAsync(options: WebhooksModuleAsyncOptions): DynamicModule {
    assertObject('forRootAsync', options);
    return super.forRootAsync(options);
  }
}

function assertObject(method: string, options: unknown): void {
  if (typeof options === 'object' && options !== null) return;
  throw new InvalidOptionError(
    method,
    undefined,
    `${method} takes an options object, not ${options === null ? 'null' : typeof options}`,
  );
}
