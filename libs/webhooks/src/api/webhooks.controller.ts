import { Controller, UseInterceptors } from '@nestjs/common';
import { CallerInterceptor } from './caller.interceptor.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { EventRoutes } from './routes/event-routes.js';

/**
 * The REST routes. `WebhooksModule.forRoot({ guards, tenant })` mounts them. A subclass can add guards, a path and routes,
 * or override routes.
 *
 * A route with an id matches only ids with their prefix (`wh_`, `dlv_`, `evt_` or `job_`). So the host can add other routes
 * below the controller's path, such as `/webhooks/twilio`.
 */
@Controller('webhooks')
@UseInterceptors(CallerInterceptor, IdempotencyInterceptor)
export class WebhooksController extends EventRoutes {}
