import { type DynamicModule, Module } from '@nestjs/common';
import { check } from './config/option-checks.js';
import { ASYNC_OPTIONS_TYPE, ConfigurableModuleClass, OPTIONS_TYPE } from './module/module-definition.js';

/**
 * Webhooks from the host's own database: entities, outbox, registration routes, and the poller that delivers.
 *
 * @publicApi
 */
@Module({})
export class WebhooksModule extends ConfigurableModuleClass {
  /** Options as they are. Throws `InvalidOptionError` for what decides the module's shape; values are checked at start. */
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    checkObject('forRoot', options);
    return super.forRoot(options);
  }

  /** Values from `useFactory`, `useClass` or `useExisting`; what decides the module's shape stands beside them. */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    checkObject('forRootAsync', options);
    return super.forRootAsync(options);
  }
}

function checkObject(method: string, options: unknown): void {
  const fine = typeof options === 'object' && options !== null;
  check(fine, `what ${method} is given`, options, 'hand over an object of options');
}
