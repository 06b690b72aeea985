import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

export interface CustomerRequest {
  headers: Record<string, string | undefined>;
  customer: string;
}

@Injectable()
export class CustomerGuard implements CanActivate {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<CustomerRequest>();
    const keys = await this.dataSource.query('select customer from customer_keys where key = $1', [
      request.headers['x-api-key'] ?? '',
    ]);
    if (keys.length === 0) throw new UnauthorizedException();
    request.customer = keys[0].customer;
    return true;
  }
}
