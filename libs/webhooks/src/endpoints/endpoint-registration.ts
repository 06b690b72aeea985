import { Inject, Injectable } from '@nestjs/common';
import { newUuid } from '../core/ids.js';
import { defaultProfileFor, requireProfile } from '../accounts/profile-choice.js';
import { TenantAccounts } from '../accounts/tenant-accounts.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import type { Profile } from '../profiles/profile.js';
import { sealHeaders } from '../secrets/sealed-headers.js';
import { sealContext, SECRET_BOX, type SecretBox } from '../secrets/secret-box.js';
import { rotateSecrets } from '../secrets/secret-rotation.js';
import type { AccountStore } from '../store/account-store.js';
import type {
  EndpointChanges,
  EndpointLaneChanges,
  EndpointRecord,
  EndpointStore,
} from '../store/endpoint-store.js';
import { EndpointSecrets } from './endpoint-secrets.js';
import type { ChangeEndpoint, RegisterEndpoint } from './register-endpoint.dto.js';
import { RegistrationCheck } from './registration-check.js';
import { chooseSecret } from './registration-rules.js';
import type { StateChange } from './state-changes.js';

/** A new endpoint and its secret. */
export interface NewRegistration {
  endpoint: EndpointRecord;
  profile: Profile;
  /** In the clear; `null`: the endpoint is unsigned, or signed with the account's secret. */
  secret: string | null;
}

/** Turns bodies of the right form into records. Before it writes, it checks what the module and the profile allow. */
@Injectable()
export class EndpointRegistration {
  constructor(
    private readonly accounts: TenantAccounts,
    private readonly check: RegistrationCheck,
    private readonly secrets: EndpointSecrets,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Writes a new endpoint and its lane. If a check fails, throws a 400, 409, 422 or 429 and writes no endpoint. */
  async register(
    tx: AccountStore & EndpointStore,
    tenantId: string,
    fields: RegisterEndpoint,
  ): Promise<NewRegistration> {
    const now = await this.accounts.lock(tx, tenantId);
    const name = fields.profile ?? defaultProfileFor(this.settings, await this.accounts.find(tx, tenantId));
    const profile = requireProfile(this.settings, name, 'profile');
    const events = unique(fields.events);
    this.check.checkFields(profile, fields);
    const url = this.check.checkUrl(profile, fields.url);
    const headers = this.check.checkHeaders(profile, fields.headers ?? {});
    const existing = await tx.summarizeEndpoints(tenantId);
    this.check.checkLimit(profile, existing);
    this.check.checkEventsFree(profile, events, existing);
    this.check.checkUidFree(fields.uid, existing);
    const { registrationsPerMinute } = this.settings;
    this.check.checkRate(await tx.findRegistrationTime(tenantId, registrationsPerMinute), now);
    const id = newUuid();
    const secret = chooseSecret(profile, fields.secret);
    const sealed = secret === null ? null : this.box.seal(secret, sealContext(tenantId, id));
    const isPaused = fields.active === false;
    await tx.insertEndpoint(
      {
        id,
        tenantId,
        url,
        events,
        profile: profile.name,
        headers: sealHeaders(this.box, { tenantId, id }, headers),
        secrets: rotateSecrets([], sealed, now, 0),
        description: fields.description ?? null,
        uid: fields.uid ?? null,
        metadata: fields.metadata ?? null,
        phoneNumbers: unique(fields.phoneNumbers) ?? null,
        timeoutMs: fields.timeoutMs ?? null,
        alertEmail: fields.alertEmail ?? null,
        sendAlertEmail: fields.sendAlertEmail ?? false,
        skipErrors: fields.skipErrors ?? false,
        skipErrorCodes: unique(fields.skipErrorCodes) ?? [],
        retryOnError: fields.retryOnError ?? true,
        state: isPaused ? 'paused' : 'active',
        stateAt: now,
        createdAt: now,
        updatedAt: now,
      },
      {
        state: isPaused ? 'paused' : 'open',
        ordering: fields.ordering ?? 'relaxed',
        maxInFlight: fields.maxInFlight ?? null,
        maxThroughputPerMinute:
          fields.maxThroughputPerMinute === undefined
            ? profile.registration.maxThroughputPerMinute
            : fields.maxThroughputPerMinute,
      },
    );
    return { endpoint: (await tx.findEndpoint({ tenantId }, id))!, profile, secret };
  }

  /** Returns the fields that a change sets, except the state. Throws a 400, 409 or 422 if a check fails. */
  async prepareChanges(
    tx: EndpointStore,
    before: EndpointRecord,
    fields: ChangeEndpoint,
    now: number,
  ): Promise<StateChange> {
    const profile = this.check.requireProfileOf(before);
    this.check.checkFields(profile, fields);
    const { description, uid, metadata, timeoutMs, alertEmail, sendAlertEmail, skipErrors, retryOnError } =
      fields;
    const [phoneNumbers, skipErrorCodes] = [unique(fields.phoneNumbers), unique(fields.skipErrorCodes)];
    const { ordering, maxInFlight, maxThroughputPerMinute } = fields;
    const endpointChanges: EndpointChanges = {
      ...given({ description, uid, metadata, phoneNumbers, timeoutMs, alertEmail, sendAlertEmail }),
      ...given({ skipErrors, skipErrorCodes, retryOnError }),
    };
    const laneChanges: EndpointLaneChanges = given({ ordering, maxInFlight, maxThroughputPerMinute });
    if (fields.url !== undefined) endpointChanges.url = this.check.checkUrl(profile, fields.url);
    if (fields.events !== undefined || fields.uid) {
      const existing = await tx.summarizeEndpoints(before.tenantId);
      const others = existing.filter(({ id }) => id !== before.id);
      this.check.checkUidFree(fields.uid, others);
      if (fields.events !== undefined) {
        endpointChanges.events = unique(fields.events);
        this.check.checkEventsFree(profile, endpointChanges.events, others);
      }
    }
    if (fields.headers !== undefined) {
      const headers = this.check.checkHeaders(profile, fields.headers ?? {});
      endpointChanges.headers = sealHeaders(this.box, before, headers);
    }
    if (fields.secret !== undefined) {
      const { rotationOverlapMs } = this.settings;
      endpointChanges.secrets = this.secrets.rotated(before, fields.secret, now, rotationOverlapMs);
    }
    return { endpointChanges, laneChanges };
  }
}

/** Each entry once, in the order given. */
function unique<T extends readonly string[] | null | undefined>(
  entries: T,
): string[] | Exclude<T, readonly string[]> {
  return Array.isArray(entries) ? [...new Set<string>(entries)] : (entries as Exclude<T, readonly string[]>);
}

/** The fields that are not `undefined`. */
function given<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
