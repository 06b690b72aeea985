import { type DynamicModule, Module } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Capture } from './capture/definition/capture.js';
import { CAPTURES, type FeatureCaptures } from './capture/definition/feature-captures.js';
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

  /**
   * Publishes changes of the captured columns. Import the result beside `TypeOrmModule.forFeature()`, in each module that
   * has captures. The app must also import `forRoot()`. Processes with the role `api` do not need `forFeature()`.
   *
   * @param dataSource as in `forRoot()`; default: the default data source
   */
  static forFeature(captures: Capture[], dataSource: string | DataSource = 'default'): DynamicModule {
    if (!Array.isArray(captures)) {
      throw new InvalidOptionError(
        'forFeature',
        undefined,
        'forFeature takes a list: forFeature([capture(Message, { … })])',
      );
    }
    const feature: FeatureCaptures = { captures, dataSource };
    return { module: WebhooksCaptures, providers: [{ provide: CAPTURES, useValue: feature }] };
  }
}

/** Holds the captures of one `forFeature()`. */
@Module({})
class WebhooksCaptures {}

function assertObject(method: string, options: unknown): void {
  if (typeof options === 'object' && options !== null) return;
  throw new InvalidOptionError(
    method,
    undefined,
    `${method} takes an options object, not ${options === null ? 'null' : typeof options}`,
  );
}
