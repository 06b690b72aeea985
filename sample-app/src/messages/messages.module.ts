import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountsModule } from '../accounts/accounts.module.js';
import { MessageStatus } from './message-status.js';
import { Message } from './message.entity.js';
import { MessagesController } from './messages.controller.js';
import { MessagesService } from './messages.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Message]), AccountsModule],
  controllers: [MessagesController],
  providers: [MessagesService, MessageStatus],
  exports: [MessagesService, MessageStatus],
})
export class MessagesModule {}
