import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CreateTables1704067200000 } from '../create-tables.migration.js';
import { Message } from '../message.entity.js';
import { MessagesService } from '../messages.service.js';

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      useFactory: () => ({
        type: 'postgres',
        url: process.env.DATABASE_URL,
        entities: [Message],
        migrations: [CreateTables1704067200000],
        migrationsRun: true,
      }),
    }),
  ],
  providers: [MessagesService],
})
export class AppModule {}
