import { Controller, Post } from '@nestjs/common';
import { MessageStatus } from './message-status';

/** Stands for the host's own code that receives delivery reports from the carrier. */
@Controller('carrier')
export class CarrierController {
  constructor(private readonly statuses: MessageStatus) {}

  @Post('reports')
  report(): Promise<void> {
    return this.statuses.delivered({ id: 'm1', accountId: 'account-a', from: 'ACME', to: '+15550100' });
  }
}
