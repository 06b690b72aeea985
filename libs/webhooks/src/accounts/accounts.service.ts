import { Inject, Injectable } from '@nestjs/common';
import type { CallContext, ReadContext } from '../core/call-context.js';
import { formatInstant } from '../core/instants.js';
import { conflict, unprocessable } from '../core/request-error.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { type AuditAction, WebhookAudit } from '../observability/audit.js';
import type { Profile } from '../profiles/profile.js';
import { sealContext, SECRET_BOX, type SecretBox } from '../secrets/secret-box.js';
import {
  type RevealedSecret,
  type RotatedSecret,
  type SecretInfo,
  toSecretInfo,
} from '../secrets/secret-info.js';
import { assertSecretLimit, openSecrets, rotateSecrets } from '../secrets/secret-rotation.js';
import type { AccountRecord, AccountStore } from '../store/account-store.js';
import { STORE } from '../store/store.js';
import { boundTo } from '../store/transactions.js';
import type { StoredSecret } from '../store/stored-secret.js';
import { readBody } from '../validation/read-input.js';
import { ChangeAccount } from './change-account.dto.js';
import { defaultProfileFor, requireProfile } from './profile-choice.js';
import { RotateSecret } from './rotate-secret.dto.js';
import { TenantAccounts } from './tenant-accounts.js';

/** A tenant's own settings. */
export interface WebhookAccount {
  /** Where alerts go for endpoints that name no address. */
  alertEmail: string | null;
  /** The tenant's choice; `null`: the module's default. */
  defaultProfile: string | null;
  /** Profile of new endpoints and callbacks: the tenant's choice, or the module's default. */
  profile: string;
  /** The account's secrets without their values, newest first. */
  secrets: SecretInfo[];
  /** Addresses that requests come from, for the receivers' firewalls; empty: not published. */
  egressIps: string[];
}

/** Accounts. An account is created when it is first needed. Its secret signs callbacks and the webhooks of some profiles. */
@Injectable()
export class WebhookAccounts {
  /** @internal The module constructs this class. */
  constructor(
    @Inject(STORE) private readonly store: AccountStore,
    private readonly accounts: TenantAccounts,
    private readonly audit: WebhookAudit,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** The tenant's settings. Creates the account if there is none yet. */
  async get(tenantId: string, { tx }: ReadContext = {}): Promise<WebhookAccount> {
    return this.view(await this.find(tenantId, tx));
  }

  /**
   * Changes the fields that `input` holds.
   *
   * @throws WebhooksRequestError 400 `invalid_request`, 409 `account_secret_unfit` if the account's secret does not fit the new
   *   default profile, 422 `refused` if there is no such profile
   */
  async update(tenantId: string, input: ChangeAccount, context: CallContext = {}): Promise<WebhookAccount> {
    const { alertEmail, defaultProfile } = await readBody(ChangeAccount, input);
    const updated = await this.store.inTransaction(context.tx, async (tx) => {
      const updatedAt = await this.accounts.lock(tx, tenantId);
      if (defaultProfile !== undefined) {
        const profile =
          defaultProfile === null
            ? this.settings.profile
            : requireProfile(this.settings, defaultProfile, 'defaultProfile');
        this.checkSecretFits(profile, await this.accounts.find(tx, tenantId), updatedAt);
      }
      await tx.updateAccount(tenantId, { alertEmail, defaultProfile, updatedAt });
      return this.view(await this.accounts.find(tx, tenantId));
    });
    this.record('account.updated', tenantId, context);
    return updated;
  }

  /**
   * Sets a new secret. The old secrets stay valid for `overlapMs` if a profile that signs with them can send several
   * signatures.
   *
   * @returns the secret in the clear
   * @throws WebhooksRequestError 400 `invalid_request`, 409 `too_many_secrets` if too many secrets would be valid, 422
   * `refused` if a given secret does not fit
   */
  async rotateSecret(
    tenantId: string,
    input: RotateSecret = {},
    context: CallContext = {},
  ): Promise<RotatedSecret> {
    const fields = await readBody(RotateSecret, input);
    const { overlapMs = this.settings.rotationOverlapMs } = fields;
    const rotated = await this.store.inTransaction(context.tx, async (tx) => {
      const now = await this.accounts.lock(tx, tenantId);
      const account = await this.accounts.find(tx, tenantId);
      const profile = this.profileOf(account);
      if (fields.secret !== undefined) this.checkGivenSecret(fields.secret, profile);
      const secret = fields.secret ?? profile.secret.generate();
      const sealed = this.box.seal(secret, sealContext(tenantId, null));
      const keepsOldOnes = this.usersOf(profile).some((user) => user.secret.signsWithAll);
      const secrets = rotateSecrets(secretsOf(account), sealed, now, keepsOldOnes ? overlapMs : 0);
      assertSecretLimit(secrets, now);
      await tx.updateAccount(tenantId, { secrets, updatedAt: now });
      const previousExpiresAt = formatInstant(secrets[1]?.expiresAt ?? null);
      return { secret: profile.secret.reveal?.(secret) ?? secret, previousExpiresAt };
    });
    this.record('account.secret_rotated', tenantId, context);
    return rotated;
  }

  /**
   * The current secret in the clear. The audit records the call, not the secret.
   *
   * @throws SecretUnreadableError if no key opens the secret
   */
  async secret(tenantId: string, context: CallContext = {}): Promise<RevealedSecret> {
    const account = await this.find(tenantId, context.tx);
    const [stored] = secretsOf(account);
    const secret = stored ? this.box.open(stored.sealed, sealContext(tenantId, null)) : null;
    const { reveal } = this.profileOf(account).secret;
    this.record('account.secret_revealed', tenantId, context);
    return { secret: secret !== null && reveal ? reveal(secret) : secret };
  }

  /** Throws a 409 if this profile cannot sign with the account's secret: each callback would fail. */
  private checkSecretFits(profile: Profile, account: AccountRecord, now: number): void {
    const context = sealContext(account.tenantId, null);
    const [current] = openSecrets(this.box, secretsOf(account), context, now);
    const problem = current === undefined ? null : profile.secret.check(current);
    if (problem === null) return;
    throw conflict(
      'account_secret_unfit',
      `The account's secret does not fit the profile ${profile.name}. ${problem} Rotate the account's secret first.`,
      [{ field: 'defaultProfile', code: 'account_secret_unfit', message: problem }],
    );
  }

  /**
   * The profiles that sign with the account's secret: `profile`, which callbacks use, and the profiles that have no
   * other secret.
   */
  private usersOf(profile: Profile): Profile[] {
    const profiles = [...this.settings.profiles.values()];
    return [profile, ...profiles.filter(({ secret }) => secret.owner === 'account')];
  }

  /** Throws a 422 if one of the profiles that sign with the account's secret cannot use `secret`. */
  private checkGivenSecret(secret: string, profile: Profile): void {
    for (const user of this.usersOf(profile)) {
      const message = user.secret.check(secret);
      if (message !== null) throw unprocessable({ field: 'secret', code: 'invalid', message });
    }
  }

  /** The account's profile, or the module's default if the host no longer has the account's profile. */
  private profileOf(account: AccountRecord): Profile {
    return this.settings.profiles.get(defaultProfileFor(this.settings, account)) ?? this.settings.profile;
  }

  private find(tenantId: string, tx: CallContext['tx']): Promise<AccountRecord> {
    return this.accounts.find(boundTo(this.store, tx), tenantId);
  }

  private view(account: AccountRecord): WebhookAccount {
    return {
      alertEmail: account.alertEmail,
      defaultProfile: account.defaultProfile,
      profile: defaultProfileFor(this.settings, account),
      secrets: toSecretInfo(secretsOf(account)),
      egressIps: this.settings.egressIps,
    };
  }

  private record(action: AuditAction, tenantId: string, { actor, request }: CallContext): void {
    this.audit.record({ action, tenantId, actor, request });
  }
}

function secretsOf({ secrets }: AccountRecord): StoredSecret[] {
  return JSON.parse(secrets) as StoredSecret[];
}
