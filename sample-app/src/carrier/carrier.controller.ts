import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { Account } from '../accounts/account.entity.js';
import { ApiKeyGuard, CurrentAccount } from '../accounts/api-key.guard.js';
import { MessageStatus } from '../messages/message-status.js';
import { messageView } from '../messages/message-view.js';
import { MessagesService } from '../messages/messages.service.js';
import {
  HeartbeatRequest,
  InboundRequest,
  MissedCallRequest,
  OptInRequest,
  ReportRequest,
} from './carrier-requests.js';
import { PhonesService } from './phones.service.js';

/** What carriers and phones call. In this sample, they use the account's own API key. */
@Controller('carrier')
@UseGuards(ApiKeyGuard)
export class CarrierController {
  constructor(
    private readonly statuses: MessageStatus,
    private readonly messages: MessagesService,
    private readonly phones: PhonesService,
  ) {}

  /** `applied` is false for a report that is a duplicate, late or out of order. */
  @Post('reports')
  @HttpCode(200)
  async report(@CurrentAccount() account: Account, @Body() { at, ...report }: ReportRequest) {
    const { applied, message } = await this.statuses.apply(account.id, {
      ...report,
      at: at ? new Date(at) : undefined,
    });
    return { applied, message: messageView(message) };
  }

  @Post('inbound')
  async inbound(@CurrentAccount() account: Account, @Body() { at, ...inbound }: InboundRequest) {
    return messageView(
      await this.messages.receive(account, { ...inbound, at: at ? new Date(at) : undefined }),
    );
  }

  @Post('missed-call')
  async missedCall(@CurrentAccount() account: Account, @Body() { from, to }: MissedCallRequest) {
    return { id: await this.phones.missedCall(account, from, to), from, to };
  }

  @Post('heartbeat')
  @HttpCode(200)
  async heartbeat(@CurrentAccount() account: Account, @Body() { phoneNumber, online }: HeartbeatRequest) {
    const { applied, phone } = await this.phones.heartbeat(account, phoneNumber, online);
    return { applied, phoneNumber, online: phone.online, lastHeartbeatAt: phone.lastHeartbeatAt };
  }

  @Post('opt-in')
  @HttpCode(200)
  async optIn(@CurrentAccount() account: Account, @Body() { from, to }: OptInRequest) {
    await this.phones.optIn(account, from, to);
    return { from, to };
  }
}
