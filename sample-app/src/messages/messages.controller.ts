import { Body, Controller, Get, Param, ParseUUIDPipe, Post, Query, UseGuards } from '@nestjs/common';
import { Account } from '../accounts/account.entity.js';
import { ApiKeyGuard, CurrentAccount } from '../accounts/api-key.guard.js';
import { ListMessagesDto } from './list-messages.dto.js';
import { messageView } from './message-view.js';
import { MessagesService } from './messages.service.js';
import { SendSmsDto } from './send-sms.dto.js';

@Controller('messages')
@UseGuards(ApiKeyGuard)
export class MessagesController {
  constructor(private readonly messages: MessagesService) {}

  @Post('sms')
  async send(@CurrentAccount() account: Account, @Body() sms: SendSmsDto) {
    return messageView(await this.messages.send(account, sms));
  }

  @Get()
  async list(@CurrentAccount() account: Account, @Query() query: ListMessagesDto) {
    const { data, nextCursor } = await this.messages.list(account, query);
    return { data: data.map(messageView), nextCursor };
  }

  @Get(':id')
  async get(@CurrentAccount() account: Account, @Param('id', ParseUUIDPipe) id: string) {
    return messageView(await this.messages.get(account, id));
  }
}
