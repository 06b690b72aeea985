import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';

export interface AccountRequest {
  headers: Record<string, string | undefined>;
  account?: { id: string };
}

@Injectable()
export class AccountGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<AccountRequest>();
    const id = request.headers['x-account'];
    if (id) request.account = { id };
    return id !== undefined;
  }
}
