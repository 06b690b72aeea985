import { createParamDecorator, type ExecutionContext, type PipeTransform, type Type } from '@nestjs/common';
import { getVerifiedWebhook } from './verified-request.js';

const webhookOf = (context: ExecutionContext) =>
  getVerifiedWebhook(context.switchToHttp().getRequest<object>());

/**
 * Injects the verified body as an object. Declare the parameter with the type of the profile's payload, such as
 * `MsgineWebhook`. Pipes can check the payload.
 */
export const WebhookPayload: (...pipes: (PipeTransform | Type<PipeTransform>)[]) => ParameterDecorator =
  createParamDecorator((_data: unknown, context: ExecutionContext) => webhookOf(context).payload);

/** Injects the whole {@link VerifiedWebhook}: `id` for a dedupe store, `type`, `profile` and `payload`. */
export const ReceivedWebhook: (...pipes: (PipeTransform | Type<PipeTransform>)[]) => ParameterDecorator =
  createParamDecorator((_data: unknown, context: ExecutionContext) => webhookOf(context));
