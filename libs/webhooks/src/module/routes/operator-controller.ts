import { type CanActivate, Controller, type Type, UseGuards } from '@nestjs/common';
import { InvalidOptionError } from '../../core/errors.js';
import { OperatorRoutes } from './operator-routes.js';

/** Options of {@link operatorController}. */
export interface OperatorControllerOptions {
  /** Guards that let in only the people on call. At least one guard. */
  guards: (Type<CanActivate> | CanActivate)[];
  /** Default `webhooks-operator`. */
  path?: string;
}

/**
 * Returns a controller for the people on call. Its routes show and pause the webhooks and deliveries of all tenants, as
 * `webhooks.operator` does. Add the controller to the `controllers` of one of your modules. This module must import what
 * the guards need.
 *
 * @throws InvalidOptionError if there are no guards, because the routes show the data of all tenants
 */
export function operatorController({ guards, path }: OperatorControllerOptions): Type<object> {
  if (!Array.isArray(guards) || guards.length === 0) {
    const problem =
      'operatorController needs `guards`: its routes show and pause the webhooks and deliveries of all tenants';
    throw new InvalidOptionError('guards', guards, problem);
  }

  @Controller(path ?? 'webhooks-operator')
  @UseGuards(...guards)
  class WebhooksOperatorController extends OperatorRoutes {}
  return WebhooksOperatorController;
}
