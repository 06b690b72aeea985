import { Controller, UseInterceptors } from '@nestjs/common';
import { CallerInterceptor } from './caller.interceptor.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { EventRoutes } from './routes/event-routes.js';

/**
 * The REST routes. `WebhooksModule.forRoot({ guards, tenant })` mounts them. A subclass can add guards, a path and routes,
 * or override routes.
 *
 * `wh_`, `dlv_`, `evt_` and `job_` are part of the paths. The host can use all other paths below the controller's path.
 */
@Controller('webhooks')
@UseInterceptors(CallerInterceptor, IdempotencyInterceptor)
export class WebhooksController extends EventRoutes {}
