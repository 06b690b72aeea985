import { Inject, Injectable } from '@nestjs/common';
import type { CallContext } from '../core/call-context.js';
import { formatInstant } from '../core/instants.js';
import { conflict, unprocessable } from '../core/request-error.js';
import { RotateSecret } from '../accounts/rotate-secret.dto.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { type AuditAction, WebhookAudit } from '../observability/audit.js';
import type { Profile } from '../profiles/profile.js';
import { sealContext, SECRET_BOX, type SecretBox } from '../secrets/secret-box.js';
import type { RevealedSecret, RotatedSecret } from '../secrets/secret-info.js';
import { assertSecretLimit, rotateSecrets } from '../secrets/secret-rotation.js';
import type { EndpointRecord, EndpointStore } from '../store/endpoint-store.js';
import { STORE } from '../store/store.js';
import type { StoredSecret } from '../store/stored-secret.js';
import { readBody } from '../validation/read-input.js';
import { RegistrationCheck } from './registration-check.js';
import { findSecretProblem } from './registration-rules.js';
import { lockEndpoint, requireEndpoint } from './require-endpoint.js';

/** The signing secrets of endpoints that have their own. */
@Injectable()
export class EndpointSecrets {
  constructor(
    @Inject(STORE) private readonly store: EndpointStore,
    private readonly check: RegistrationCheck,
    private readonly audit: WebhookAudit,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Sets a new secret. The old ones stay valid for `overlapMs` if the profile can send several signatures. If several
   * rotations run at the same time, each adds a secret. Throws a 422 if a given secret does not fit the profile. Throws
   * a 409 if too many secrets would be valid, or if the account's secret signs the requests.
   */
  async rotate(
    tenantId: string,
    id: string,
    input: RotateSecret = {},
    context: CallContext = {},
  ): Promise<RotatedSecret> {
    const fields = await readBody(RotateSecret, input);
    const { overlapMs = this.settings.rotationOverlapMs } = fields;
    const rotated = await this.store.inTransaction(context.tx, async (tx) => {
      const { endpoint, now } = await lockEndpoint(tx, { tenantId }, id);
      const profile = this.requireOwnSecret(endpoint);
      const problem = findSecretProblem(profile, fields.secret);
      if (problem) throw unprocessable(problem);
      const secret = fields.secret ?? profile.secret.generate();
      const secrets = this.rotated(endpoint, secret, now, overlapMs);
      await tx.updateEndpoint(endpoint, { secrets, updatedAt: now });
      const previousExpiresAt = formatInstant(secrets[1]?.expiresAt ?? null);
      return { secret: this.present(profile, secret), previousExpiresAt };
    });
    this.record('endpoint.secret_rotated', tenantId, id, context);
    return rotated;
  }

  /** The current secret in the clear. */
  async reveal(tenantId: string, id: string, context: CallContext = {}): Promise<RevealedSecret> {
    const store = context.tx ? this.store.within(context.tx) : this.store;
    const endpoint = await requireEndpoint(store, { tenantId }, id);
    const profile = this.requireOwnSecret(endpoint);
    const secret = this.current(endpoint);
    this.record('endpoint.secret_revealed', tenantId, id, context);
    return { secret: secret === null ? null : this.present(profile, secret) };
  }

  /** The current secret in the clear, without a record in the audit; `null`: unsigned. */
  current({ tenantId, id, secrets }: EndpointRecord): string | null {
    const stored = secrets.find((secret) => secret.expiresAt === null);
    return stored ? this.box.open(stored.sealed, sealContext(tenantId, id)) : null;
  }

  /**
   * Returns the endpoint's secrets with `secret` in front, or with no new secret if `secret` is `null`. The old ones end at
   * once if `secret` is `null`, or if the profile signs with the newest secret only. Throws a 409 if too many secrets would
   * be valid.
   */
  rotated(endpoint: EndpointRecord, secret: string | null, now: number, overlapMs: number): StoredSecret[] {
    const { tenantId, id } = endpoint;
    const sealed = secret === null ? null : this.box.seal(secret, sealContext(tenantId, id));
    const keepsOldOnes =
      secret !== null && this.check.requireProfileOf(endpoint).secret.signsWithAll === true;
    const secrets = rotateSecrets(endpoint.secrets, sealed, now, keepsOldOnes ? overlapMs : 0);
    assertSecretLimit(secrets, now);
    return secrets;
  }

  /** A secret in the form in which the platform shows it to the customer. */
  present(profile: Profile, secret: string): string {
    return profile.secret.reveal?.(secret) ?? secret;
  }

  /** The endpoint's profile. Throws a 409 if the account's secret signs the endpoint's requests. */
  private requireOwnSecret(endpoint: EndpointRecord): Profile {
    const profile = this.check.requireProfileOf(endpoint);
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
