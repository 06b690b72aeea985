import { createParamDecorator, type ExecutionContext, type PipeTransform, type Type } from '@nestjs/common';
import { verifiedOf } from './verified-request.js';

type Pipes = (PipeTransform | Type<PipeTransform>)[];

const verified = (context: ExecutionContext) => verifiedOf(context.switchToHttp().getRequest<object>());

/** The verified body as an object. Type the parameter as the profile's payload, such as `MsgineWebhook`; pipes may check it. */
export const WebhookPayload: (...pipes: Pipes) => ParameterDecorator = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => verified(context).payload,
);

/** The whole {@link VerifiedWebhook}: `id` for a dedupe store, `type`, `profile` and `payload`. */
export const ReceivedWebhook: (...pipes: Pipes) => ParameterDecorator = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => verified(context),
);
