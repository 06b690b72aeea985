import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Session } from '../store/postgres/connection/session.js';
import type { WebhookEndpointRow } from '../store/schema/endpoint.entity.js';
import { newUuid } from '../core/ids.js';
import type { WebhookLaneRow } from '../store/schema/lane.entity.js';
import type { Profile } from '../profiles/profile.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { sealContext, SECRET_BOX, type SecretBox } from '../secrets/secret-box.js';
import { rotateSecrets } from '../secrets/secret-rotation.js';
import { defaultProfileFor, requireProfile } from '../accounts/profile-choice.js';
import type { ChangeEndpoint, RegisterEndpoint } from './register-endpoint.dto.js';
import { EndpointSecrets } from './endpoint-secrets.js';
import { EndpointStore } from '../store/typeorm/endpoint-records.js';
import type { EndpointRecord } from './endpoint.js';
import { RegistrationCheck } from './registration-check.js';
import { chooseSecret } from './registration-rules.js';
import { sealHeaders } from '../secrets/sealed-headers.js';
import type { StateChange } from './state-changes.js';

/** A new endpoint's row, and its secret in the clear; `null`: unsigned, or signed with the account's. */
export interface NewRegistration {
  row: EndpointRecord;
  profile: Profile;
  secret: string | null;
}

/** Turns checked bodies into rows: what the module and the profile allow is decided here, before anything is written. */
@Injectable()
export class EndpointRegistration {
  constructor(
    private readonly database: Session,
    private readonly store: EndpointStore,
    private readonly check: RegistrationCheck,
    private readonly secrets: EndpointSecrets,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Writes a new endpoint and its lane. Throws a 400, 409 or 422 before that. */
  async register(tx: EntityManager, tenantId: string, fields: RegisterEndpoint): Promise<NewRegistration> {
    const now = await this.store.lockAccount(tx, tenantId);
    const name = fields.profile ?? (await defaultProfileFor(this.database, this.settings, tenantId, tx));
    const profile = requireProfile(this.settings, name, 'profile');
    const events = [...new Set(fields.events)];
    this.check.checkFields(profile, fields);
    const url = this.check.checkUrl(profile, fields.url);
    const headers = this.check.checkHeaders(profile, fields.headers ?? {});
    const existing = await this.store.summaries(tx, tenantId);
    this.check.checkLimit(profile, existing);
    this.check.checkEventsFree(profile, events, existing);
    const id = newUuid();
    const secret = chooseSecret(profile, fields.secret);
    const sealed = secret === null ? null : this.box.seal(secret, sealContext(tenantId, id));
    const paused = fields.active === false;
    await this.store.insert(
      tx,
      {
        id,
        tenantId,
        url,
        events,
        profile: profile.name,
        headers: sealHeaders(this.box, { tenantId, id }, headers),
        secrets: rotateSecrets([], sealed, now, 0),
        description: fields.description ?? null,
        phoneNumbers: fields.phoneNumbers ?? null,
        timeoutMs: fields.timeoutMs ?? null,
        alertEmail: fields.alertEmail ?? null,
        sendAlertEmail: fields.sendAlertEmail ?? false,
        skipErrors: fields.skipErrors ?? false,
        skipErrorCodes: fields.skipErrorCodes ?? [],
        retryOnError: fields.retryOnError ?? true,
        state: paused ? 'paused' : 'active',
        stateAt: now,
        createdAt: now,
        updatedAt: now,
      },
      {
        state: paused ? 'paused' : 'open',
        ordering: fields.ordering ?? 'relaxed',
        maxInFlight: fields.maxInFlight ?? null,
        maxThroughputPerMinute:
          fields.maxThroughputPerMinute === undefined
            ? profile.registration.maxThroughputPerMinute
            : fields.maxThroughputPerMinute,
      },
    );
    return { row: (await this.store.find({ tenantId }, id, tx))!, profile, secret };
  }

  /** The columns that a change sets, but for the state. Throws as {@link register} does. */
  async prepareChanges(
    tx: EntityManager,
    row: EndpointRecord,
    fields: ChangeEndpoint,
    now: number,
  ): Promise<StateChange> {
    const profile = this.check.requireProfileOf(row);
    this.check.checkFields(profile, fields);
    const endpoint: Partial<WebhookEndpointRow> = {};
    const lane: Partial<WebhookLaneRow> = {};
    if (fields.url !== undefined) endpoint.url = this.check.checkUrl(profile, fields.url);
    if (fields.events !== undefined) {
      endpoint.events = [...new Set(fields.events)];
      const others = (await this.store.summaries(tx, row.tenantId)).filter((other) => other.id !== row.id);
      this.check.checkEventsFree(profile, endpoint.events, others);
    }
    if (fields.headers !== undefined) {
      endpoint.headers = sealHeaders(this.box, row, this.check.checkHeaders(profile, fields.headers ?? {}));
    }
    if (fields.secret !== undefined) {
      endpoint.secrets = this.secrets.rotated(row, fields.secret, now, this.settings.rotationOverlapMs);
    }
    const { description, phoneNumbers, timeoutMs, alertEmail, sendAlertEmail } = fields;
    const { skipErrors, skipErrorCodes, retryOnError } = fields;
    Object.assign(endpoint, given({ description, phoneNumbers, timeoutMs, alertEmail, sendAlertEmail }));
    Object.assign(endpoint, given({ skipErrors, skipErrorCodes, retryOnError }));
    const { ordering, maxInFlight, maxThroughputPerMinute } = fields;
    Object.assign(lane, given({ ordering, maxInFlight, maxThroughputPerMinute }));
    return { endpoint, lane };
  }
}

/** The entries that are there: `undefined` leaves a column as it is. */
function given<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
