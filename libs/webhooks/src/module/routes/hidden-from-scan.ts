import type { Type } from '@nestjs/common';
import type { RouteDecorator } from '../../config/structure-options.js';

/** Metadata key that makes the scan of `@nestjs/swagger` skip a handler. Written here, so that the package is not needed. */
const EXCLUDED = 'swagger/apiExcludeEndpoint';

/**
 * Hides the routes of `controller` from the scan of `@nestjs/swagger`. The scan would show them without bodies and errors,
 * and `addWebhooksToOpenApi` adds them in full. Routes that a host's subclass adds stay visible.
 */
export function hiddenFromScan({ prototype }: Type<object>): RouteDecorator {
  return (_: object, name?: string | symbol, method?: PropertyDescriptor): void => {
    if (!method || name === undefined || !(name in prototype)) return;
    Reflect.defineMetadata(EXCLUDED, { disable: true }, method.value as object);
  };
}
