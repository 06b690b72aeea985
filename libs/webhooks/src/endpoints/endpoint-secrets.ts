import { Inject, Injectable } from '@nestjs/common';
import { type AuditAction, WebhookAudit } from '../observability/audit.js';
import { type CallContext, inTransaction } from '../core/call-context.js';
import { Session } from '../store/postgres/connection/session.js';
import type { StoredSecret } from '../store/stored-secret.js';
import type { Profile } from '../profiles/profile.js';
import { conflict, notFound, unprocessable } from '../core/request-error.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { sealContext, SECRET_BOX, type SecretBox } from '../secrets/secret-box.js';
import { assertSecretLimit, rotateSecrets } from '../secrets/secret-rotation.js';
import { RotateSecret } from '../accounts/rotate-secret.dto.js';
import type { RevealedSecret, RotatedSecret } from '../secrets/secret-info.js';
import { requireEndpointUuid } from '../core/ids.js';
import { EndpointStore } from '../store/typeorm/endpoint-records.js';
import { type EndpointRecord } from './endpoint.js';
import { formatInstant } from '../core/instants.js';
import { readBody } from '../validation/read-input.js';
import { RegistrationCheck } from './registration-check.js';
import { findSecretProblem } from './registration-rules.js';

/** The signing secrets that endpoints have of their own. */
@Injectable()
export class EndpointSecrets {
  constructor(
    private readonly database: Session,
    private readonly store: EndpointStore,
    private readonly check: RegistrationCheck,
    private readonly audit: WebhookAudit,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** A new secret; the old ones sign along for a while where the profile can. Parallel rotations all count. */
  async rotate(
    tenantId: string,
    id: string,
    input: RotateSecret = {},
    context: CallContext = {},
  ): Promise<RotatedSecret> {
    const { secret: given, overlapMs = this.settings.rotationOverlapMs } = await readBody(
      RotateSecret,
      input,
    );
    const uuid = requireEndpointUuid(id);
    const rotated = await inTransaction(this.database, context, async (tx) => {
      const now = await this.store.lock(tx, { tenantId }, uuid);
      const row = now === null ? null : await this.store.find({ tenantId }, uuid, tx);
      if (now === null || row === null) throw notFound('endpoint');
      const profile = this.ownSecretProfile(row);
      const problem = findSecretProblem(profile, given);
      if (problem) throw unprocessable(problem);
      const secret = given ?? profile.secret.generate();
      const secrets = this.rotated(row, secret, now, overlapMs);
      await this.store.update(tx, row, { secrets, updatedAt: now });
      const previous = secrets[1]?.expiresAt ?? null;
      return { secret: this.present(profile, secret), previousExpiresAt: formatInstant(previous) };
    });
    this.record('endpoint.secret_rotated', tenantId, id, context);
    return rotated;
  }

  /** The current secret in the clear. */
  async reveal(tenantId: string, id: string, context: CallContext = {}): Promise<RevealedSecret> {
    const row = await this.store.find({ tenantId }, requireEndpointUuid(id), context.tx);
    if (row === null) throw notFound('endpoint');
    const profile = this.ownSecretProfile(row);
    const secret = this.current(row);
    this.record('endpoint.secret_revealed', tenantId, id, context);
    return { secret: secret === null ? null : this.present(profile, secret) };
  }

  /** The current secret of a row, in the clear, unheard by the audit; `null`: unsigned. */
  current({ tenantId, id, secrets }: EndpointRecord): string | null {
    const stored = secrets.find((secret) => secret.expiresAt === null);
    return stored ? this.box.open(stored.sealed, sealContext(tenantId, id)) : null;
  }

  /**
   * The secrets of a row with `secret` in front; `null`: none from now on. The old ones go at once where the profile's
   * requests hold one signature, the newest secret's. Throws a 409 where too many would sign.
   */
  rotated(row: EndpointRecord, secret: string | null, now: number, overlapMs: number): StoredSecret[] {
    const sealed = secret === null ? null : this.box.seal(secret, sealContext(row.tenantId, row.id));
    const signsAlong = secret !== null && this.check.requireProfileOf(row).secret.signsWithAll === true;
    const secrets = rotateSecrets(row.secrets, sealed, now, signsAlong ? overlapMs : 0);
    assertSecretLimit(secrets, now);
    return secrets;
  }

  /** A secret as its owner gets to see it. */
  present(profile: Profile, secret: string): string {
    return profile.secret.reveal?.(secret) ?? secret;
  }

  /** Throws a 409 where the endpoint is signed with the account's secret. */
  private ownSecretProfile(row: EndpointRecord): Profile {
    const profile = this.check.requireProfileOf(row);
    if (profile.secret.owner === 'endpoint') return profile;
    throw conflict(
      'account_secret',
      `Webhooks of the profile ${profile.name} are signed with the account's secret: use the account's routes (account/secret, account/rotate-secret).`,
    );
  }

  private record(
    action: AuditAction,
    tenantId: string,
    endpointId: string,
    { actor, request }: CallContext,
  ): void {
    this.audit.record({ action, tenantId, endpointId, actor, request });
  }
}
