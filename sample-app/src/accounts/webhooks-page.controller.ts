import { Controller, Post, Req, UseGuards } from '@nestjs/common';
import { WebhooksService } from 'nestjs-sms-webhooks';
import { ApiKeyGuard, type AccountRequest } from './api-key.guard.js';
import { webhooksPageOf, type WebhooksPageLink } from './webhooks-page.js';

/** Creates links to the webhooks page. A customer's own server asks for a link, and redirects the browser to it. */
@Controller('webhooks-page')
@UseGuards(ApiKeyGuard)
export class WebhooksPageController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Post()
  open(@Req() request: AccountRequest): WebhooksPageLink {
    return webhooksPageOf(this.webhooks, request.account, `${request.protocol}://${request.get('host')}`);
  }
}
