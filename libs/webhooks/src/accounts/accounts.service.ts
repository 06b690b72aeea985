import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type AuditAction, WebhookAudit } from '../observability/audit.js';
import { type CallContext, inTransaction } from '../core/call-context.js';
import { Session } from '../store/postgres/connection/session.js';
import { WebhookAccountRow } from '../store/schema/account.entity.js';
import { requireTenant } from '../core/tenant.js';
import type { Profile } from '../profiles/profile.js';
import { conflict, unprocessable } from '../core/request-error.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { ensureAccounts } from '../secrets/ensure-accounts.js';
import { sealContext, SECRET_BOX, type SecretBox } from '../secrets/secret-box.js';
import { assertSecretLimit, openSecrets, rotateSecrets } from '../secrets/secret-rotation.js';
import { ChangeAccount } from './change-account.dto.js';
import { RotateSecret } from './rotate-secret.dto.js';
import {
  type RevealedSecret,
  type RotatedSecret,
  type SecretInfo,
  toSecretInfo,
} from '../secrets/secret-info.js';
import { EndpointStore } from '../store/typeorm/endpoint-records.js';
import { formatInstant } from '../core/instants.js';
import { readBody } from '../validation/read-input.js';
import { requireProfile } from './profile-choice.js';

/** A tenant's own settings. */
export interface WebhookAccount {
  /** Where alerts go for endpoints that name no address. */
  alertEmail: string | null;
  /** The tenant's choice; `null`: the module's default. */
  defaultProfile: string | null;
  /** What new endpoints and callbacks get: the choice, or the module's default. */
  profile: string;
  /** The account's secrets without their values, newest first. */
  secrets: SecretInfo[];
  /** Where requests come from, for the receivers' firewalls; empty: not published. */
  egressIps: string[];
}

/** Accounts: made when first needed, with a secret that signs callbacks and the webhooks of some profiles. */
@Injectable()
export class WebhookAccounts {
  /** @internal The module constructs this class. */
  constructor(
    private readonly database: Session,
    private readonly store: EndpointStore,
    private readonly audit: WebhookAudit,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async get(tenantId: string, { tx }: CallContext = {}): Promise<WebhookAccount> {
    return this.view(await this.find(tenantId, tx));
  }

  async update(tenantId: string, input: ChangeAccount, context: CallContext = {}): Promise<WebhookAccount> {
    const { alertEmail, defaultProfile } = await readBody(ChangeAccount, input);
    const updated = await inTransaction(this.database, context, async (tx) => {
      const now = await this.store.lockAccount(tx, tenantId);
      const changes: Partial<WebhookAccountRow> = { updatedAt: now };
      if (alertEmail !== undefined) changes.alertEmail = alertEmail;
      if (defaultProfile !== undefined) {
        changes.defaultProfile = defaultProfile;
        const account = await this.find(tenantId, tx);
        const profile =
          defaultProfile === null
            ? this.settings.profile
            : requireProfile(this.settings, defaultProfile, 'defaultProfile');
        this.refuseUnfit(profile, account, now);
      }
      await this.write(tx, tenantId, changes);
      return this.view(await this.find(tenantId, tx));
    });
    this.record('account.updated', tenantId, context);
    return updated;
  }

  /** A new secret; the old ones sign along for a while where a profile can. */
  async rotateSecret(
    tenantId: string,
    input: RotateSecret = {},
    context: CallContext = {},
  ): Promise<RotatedSecret> {
    const { secret: given, overlapMs = this.settings.rotationOverlapMs } = await readBody(
      RotateSecret,
      input,
    );
    const rotated = await inTransaction(this.database, context, async (tx) => {
      const now = await this.store.lockAccount(tx, tenantId);
      const account = await this.find(tenantId, tx);
      const profile = this.profileOf(account);
      if (given !== undefined) this.refuseSecret(given, profile);
      const secret = given ?? profile.secret.generate();
      const sealed = this.box.seal(secret, sealContext(tenantId, null));
      const signsAlong = this.usersOf(profile).some((each) => each.secret.signsWithAll);
      const secrets = rotateSecrets(account.secrets, sealed, now, signsAlong ? overlapMs : 0);
      assertSecretLimit(secrets, now);
      await this.write(tx, tenantId, { secrets, updatedAt: now });
      const previousExpiresAt = formatInstant(secrets[1]?.expiresAt ?? null);
      return { secret: profile.secret.reveal?.(secret) ?? secret, previousExpiresAt };
    });
    this.record('account.secret_rotated', tenantId, context);
    return rotated;
  }

  /** The current secret in the clear. */
  async secret(tenantId: string, context: CallContext = {}): Promise<RevealedSecret> {
    const account = await this.find(tenantId, context.tx);
    const [stored] = account.secrets;
    const secret = stored ? this.box.open(stored.sealed, sealContext(tenantId, null)) : null;
    const reveal = this.profileOf(account).secret.reveal;
    this.record('account.secret_revealed', tenantId, context);
    return { secret: secret !== null && reveal ? reveal(secret) : secret };
  }

  /** Throws a 409 where this profile could not sign with the account's secret: callbacks would fail, one by one. */
  private refuseUnfit(profile: Profile, { tenantId, secrets }: WebhookAccountRow, now: number): void {
    const [current] = openSecrets(this.box, secrets, sealContext(tenantId, null), now);
    const wrong = current === undefined ? null : profile.secret.check(current);
    if (wrong === null) return;
    throw conflict(
      'account_secret_unfit',
      `The account's secret does not fit the profile ${profile.name}. ${wrong} Rotate the account's secret first.`,
      [{ field: 'defaultProfile', code: 'account_secret_unfit', message: wrong }],
    );
  }

  /** What signs with the account's secret: callbacks in the default profile, and the profiles that always do. */
  private usersOf(profile: Profile): Profile[] {
    return [
      profile,
      ...[...this.settings.profiles.values()].filter((each) => each.secret.owner === 'account'),
    ];
  }

  /** Throws a 422 where the default profile, or one that always signs with the account's secret, could not use it. */
  private refuseSecret(secret: string, profile: Profile): void {
    for (const user of this.usersOf(profile)) {
      const message = user.secret.check(secret);
      if (message !== null) throw unprocessable({ field: 'secret', code: 'invalid', message });
    }
  }

  /** The account's profile; the module's where the host no longer has it. */
  private profileOf({ defaultProfile }: WebhookAccountRow): Profile {
    return (
      (defaultProfile === null ? undefined : this.settings.profiles.get(defaultProfile)) ??
      this.settings.profile
    );
  }

  private async find(
    tenantId: string,
    tx: EntityManager = this.database.dataSource.manager,
  ): Promise<WebhookAccountRow> {
    requireTenant(tenantId);
    await ensureAccounts(this.database, this.box, this.settings.profile, [tenantId], tx);
    return tx
      .createQueryBuilder(WebhookAccountRow, 'a')
      .where('a.tenantId = :tenantId', { tenantId })
      .getOneOrFail();
  }

  private async write(
    tx: EntityManager,
    tenantId: string,
    changes: Partial<WebhookAccountRow>,
  ): Promise<void> {
    await tx
      .createQueryBuilder()
      .update(WebhookAccountRow)
      .set(changes)
      .where({ tenantId: requireTenant(tenantId) })
      .callListeners(false)
      .execute();
  }

  private view({ alertEmail, defaultProfile, secrets }: WebhookAccountRow): WebhookAccount {
    return {
      alertEmail,
      defaultProfile,
      profile: defaultProfile ?? this.settings.profile.name,
      secrets: toSecretInfo(secrets),
      egressIps: this.settings.egressIps,
    };
  }

  private record(action: AuditAction, tenantId: string, { actor, request }: CallContext): void {
    this.audit.record({ action, tenantId, actor, request });
  }
}
