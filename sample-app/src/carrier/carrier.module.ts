import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountsModule } from '../accounts/accounts.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { CarrierController } from './carrier.controller.js';
import { HeartbeatCheck } from './heartbeat-check.js';
import { Phone } from './phone.entity.js';
import { PhonesService } from './phones.service.js';
import { CARRIER_DELAY_FACTOR, CarrierSimulator } from './simulator.js';

@Module({
  imports: [TypeOrmModule.forFeature([Phone]), AccountsModule, MessagesModule],
  controllers: [CarrierController],
  providers: [
    PhonesService,
    HeartbeatCheck,
    CarrierSimulator,
    { provide: CARRIER_DELAY_FACTOR, useValue: 1 },
  ],
})
export class CarrierModule {}
