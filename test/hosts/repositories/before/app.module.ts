import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Account } from '../account.entity.js';
import { ApiKeyGuard } from '../api-key.guard.js';
import { CreateTables1704067200000 } from '../create-tables.migration.js';
import { Message } from '../message.entity.js';
import { MessagesService } from '../messages.service.js';
import { SnakeNamingStrategy } from '../naming.js';

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env.DATABASE_URL,
      schema: 'sms',
      namingStrategy: new SnakeNamingStrategy(),
      autoLoadEntities: true,
      migrations: [CreateTables1704067200000],
      migrationsRun: true,
    }),
    TypeOrmModule.forFeature([Account, Message]),
  ],
  providers: [MessagesService, { provide: APP_GUARD, useClass: ApiKeyGuard }],
})
export class AppModule {}
