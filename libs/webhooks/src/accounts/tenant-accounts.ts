import { Inject, Injectable } from '@nestjs/common';
import { requireTenant } from '../core/tenant.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { ensureAccounts } from '../secrets/ensure-accounts.js';
import { SECRET_BOX, type SecretBox } from '../secrets/secret-box.js';
import type { AccountRecord, AccountStore } from '../store/account-store.js';

/** A tenant's account, created when it is first needed. Throws {@link TenantRequiredError} for a tenant that cannot exist. */
@Injectable()
export class TenantAccounts {
  constructor(
    @Inject(SECRET_BOX) private readonly box: SecretBox,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async find(store: AccountStore, tenantId: string): Promise<AccountRecord> {
    const newSecret = (): string => this.settings.profile.secret.generate();
    const accounts = await ensureAccounts(store, this.box, newSecret, [requireTenant(tenantId)]);
    return accounts.get(tenantId)!;
  }

  /**
   * Locks the account until `tx` ends, so that limits hold when registrations race. Returns the database's time (epoch
   * ms).
   */
  async lock(tx: AccountStore, tenantId: string): Promise<number> {
    await this.find(tx, tenantId);
    return tx.lockAccount(tenantId);
  }
}
