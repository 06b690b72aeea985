import { Inject, Injectable } from '@nestjs/common';
import { LineLogger } from '../../core/line-logger.js';
import type { EntityManager } from 'typeorm';
import { Session } from '../../store/postgres/connection/session.js';
import { nowMs } from '../../store/postgres/fragments/expressions.js';
import { encodeId } from '../../core/ids.js';
import type { LaneState, BlockedReason, Ordering } from '../../core/states.js';
import type { Profile } from '../../profiles/profile.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { sealContext, SECRET_BOX, type SecretBox } from '../../secrets/secret-box.js';
import { SecretOpener } from '../../secrets/secret-opener.js';
import type { Destination } from './destination.js';

/** Times that a lane of callbacks is made and looked for. */
const LANE_TRIES = 8;

interface TargetRow {
  lane_id: string;
  tenant_id: string;
  endpoint_id: string | null;
  lane_state: LaneState;
  ordering: Ordering;
  limited: boolean;
  healthy: boolean;
  backlog: boolean;
  url: string | null;
  events: string | null;
  profile: string | null;
  headers: string | null;
  secrets: string | null;
  phone_numbers: string | null;
  timeout_ms: number | null;
  skip_errors: boolean | null;
  skip_error_codes: string | null;
  retry_on_error: boolean | null;
  send_alert_email: boolean | null;
  created_at: string | null;
  account_secrets: string | null;
  account_profile: string | null;
  now: string;
}

/** Reads where lanes deliver to: the endpoint's (or the account's) settings as they are now, secrets opened. */
@Injectable()
export class DestinationReader {
  private readonly logger = new LineLogger('WebhookTargets');
  private readonly opener: SecretOpener;

  constructor(
    private readonly database: Session,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(SECRET_BOX) box: SecretBox,
  ) {
    this.opener = new SecretOpener(box, this.logger);
  }

  /** The endpoints of `tenantIds` that events may match: active and paused ones. */
  async readByTenants(tenantIds: string[], tx: EntityManager): Promise<Destination[]> {
    return this.read(
      `join ${this.database.tables.endpoints} e on e.id = l.endpoint_id and e.deleted_at is null and e.state <> 'disabled'`,
      'l.endpoint_id in (select id from ' +
        this.database.tables.endpoints +
        ' where tenant_id = any($2::text[]))',
      [tenantIds],
      tx,
    );
  }

  /** By lane, whatever its state. */
  async readByLanes(laneIds: string[]): Promise<Map<string, Destination>> {
    const targets = await this.read(
      `left join ${this.database.tables.endpoints} e on e.id = l.endpoint_id`,
      'l.id = any($2::bigint[])',
      [laneIds],
    );
    return new Map(targets.map((target) => [target.laneId, target]));
  }

  /**
   * The lanes of callbacks, made where there are none yet. None of them is deleted before the transaction ends.
   * Answers by `tenant origin`.
   */
  async readCallbacks(
    callbacks: { tenantId: string; origin: string }[],
    tx: EntityManager,
  ): Promise<Map<string, Destination>> {
    const { lanes } = this.database.tables;
    const found = new Map<string, Destination>();
    let missing = callbacks;
    // Once is enough, unless an idle lane is deleted between the two statements.
    for (let tries = 0; missing.length > 0; tries++) {
      if (tries === LANE_TRIES)
        throw new Error(`${missing.length} lanes of callbacks were not there once made`);
      const parameters = [missing.map((each) => each.tenantId), missing.map((each) => each.origin)];
      await this.database.query(
        `insert into ${lanes} (tenant_id, origin)
         select * from unnest($1::text[], $2::text[]) as c(tenant_id, origin)
          where not exists (select 1 from ${lanes} l where l.tenant_id = c.tenant_id and l.origin = c.origin)
          order by 1, 2
         on conflict (tenant_id, origin) do nothing`,
        parameters,
        tx,
      );
      const targets = await this.read(
        `left join ${this.database.tables.endpoints} e on false`,
        'exists (select 1 from unnest($2::text[], $3::text[]) as c(tenant_id, origin) where c.tenant_id = l.tenant_id and c.origin = l.origin) order by l.id for key share of l',
        parameters,
        tx,
        'l.origin',
      );
      for (const target of targets) found.set(`${target.tenantId} ${target.url}`, { ...target, url: null });
      missing = missing.filter(({ tenantId, origin }) => !found.has(`${tenantId} ${origin}`));
    }
    return found;
  }

  /** `tx`: the relay's, which plans once. */
  private async read(
    join: string,
    where: string,
    parameters: unknown[],
    tx?: EntityManager,
    url = 'e.url',
  ): Promise<Destination[]> {
    const { lanes, accounts } = this.database.tables;
    const sql = `select l.id as lane_id, l.tenant_id, l.endpoint_id, l.state as lane_state, l.ordering,
              l.max_in_flight is not null or l.max_throughput_per_minute is not null as limited,
              l.failing_since is null and (l.hold_until is null or l.hold_until <= ${nowMs(1)}) as healthy,
              coalesce(l.next_due_at <= ${nowMs(1)}, false) as backlog,
              ${url} as url, e.events, e.profile, e.headers, e.secrets, e.phone_numbers, e.timeout_ms, e.skip_errors,
              e.skip_error_codes, e.retry_on_error, e.send_alert_email, e.created_at, a.secrets as account_secrets,
              a.default_profile as account_profile, ${nowMs(1)} as now
         from ${lanes} l ${join}
         left join ${accounts} a on a.tenant_id = l.tenant_id
        where ${where}`;
    const values = [this.database.clockOffset, ...parameters];
    const rows = tx
      ? await this.database.prepared<TargetRow>(sql, values, tx)
      : await this.database.query<TargetRow>(sql, values);
    return rows.map((row) => this.toTarget(row, Number(row.now)));
  }

  /** One endpoint that cannot be read must not stop those that are read with it. */
  private toTarget(row: TargetRow, instant: number): Destination {
    try {
      if (row.profile !== null && !this.settings.profiles.has(row.profile))
        throw new Error(`this host has no profile "${row.profile}"`);
      return this.readTarget(row, instant);
    } catch (error) {
      const who =
        row.endpoint_id === null ? `Callbacks of ${row.tenant_id}` : encodeId('wh', row.endpoint_id);
      this.logger.error(`${who} cannot be sent to: ${(error as Error).message}`);
      const unread = {
        events: '["*"]',
        phone_numbers: null,
        headers: null,
        secrets: null,
        skip_error_codes: null,
      };
      const target = this.readTarget({ ...row, ...unread, account_secrets: null }, instant);
      return { ...target, blockedReason: 'endpoint-unreadable' };
    }
  }

  private readTarget(row: TargetRow, instant: number): Destination {
    const profile = this.profileOf(row);
    const ownSecrets = profile.secret.owner === 'endpoint' && row.endpoint_id !== null;
    const context = sealContext(row.tenant_id, row.endpoint_id);
    const headers = row.headers === null ? {} : this.opener.openHeaders(row.headers, context);
    const secrets = this.opener.openSecrets(
      parse(ownSecrets ? row.secrets : row.account_secrets, []),
      ownSecrets ? context : sealContext(row.tenant_id, null),
      instant,
    );
    return {
      laneId: row.lane_id,
      tenantId: row.tenant_id,
      endpointId: row.endpoint_id,
      url: row.url,
      profile,
      events: parse(row.events, []),
      phoneNumbers: parse(row.phone_numbers, null),
      customHeaders: headers ?? {},
      secrets: secrets ?? [],
      timeoutMs: row.timeout_ms ?? profile.timeoutMs,
      createdAt: Number(row.created_at ?? 0),
      state: row.lane_state,
      ordering: row.ordering,
      hasLimits: row.limited,
      isHealthy: row.healthy,
      hasBacklog: row.backlog,
      blockedReason: obstacleOf(headers, secrets),
      skipErrors: row.skip_errors ?? false,
      skipErrorCodes: parse(row.skip_error_codes, []),
      retryOnError: row.retry_on_error ?? true,
      sendAlertEmail: row.send_alert_email ?? false,
    };
  }

  private profileOf(row: TargetRow): Profile {
    const name = row.profile ?? row.account_profile;
    return (name && this.settings.profiles.get(name)) || this.settings.profile;
  }
}

function obstacleOf(headers: Record<string, string> | null, secrets: string[] | null): BlockedReason | null {
  if (headers === null) return 'headers-unreadable';
  return secrets === null ? 'secret-unreadable' : null;
}

function parse<T>(text: string | null, fallback: T): T {
  return text === null ? fallback : (JSON.parse(text) as T);
}
