import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import type { INestApplication } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { DataSource } from 'typeorm';
import { SETTINGS, type Settings } from '../../../libs/webhooks/src/config/settings.js';
import { encodeId } from '../../../libs/webhooks/src/core/ids.js';
import { eventNamesOf } from '../../../libs/webhooks/src/endpoints/event-names.js';
import { describeSignature } from '../../../libs/webhooks/src/profiles/signature-description.js';
import type { Profile } from '../../../libs/webhooks/src/profiles/profile.js';

const ROOT = resolve(__dirname, '../../..');
const PAGE = resolve(ROOT, 'libs/webhooks/dist/portal/files.cjs');

/** Serves the page, its session and its figures until the module does it. */
export function serveStandIn(app: INestApplication, dataSource: DataSource, tenant: string): void {
  const settings = app.get<Settings>(SETTINGS);
  const http = app.getHttpAdapter().getInstance();
  http.get('/webhooks-portal', (_: Request, response: Response) => {
    execFileSync(process.execPath, [resolve(ROOT, 'libs/portal/build/build.js'), '--if-stale'], {
      stdio: 'inherit',
    });
    response.set('content-security-policy', POLICY).type('html');
    response.send(load().html.replace('%BASE%', './webhooks-portal/'));
  });
  http.get('/webhooks-portal/assets/:file', (request: Request<{ file: string }>, response: Response) => {
    const file = load().files[request.params.file];
    if (!file) return void response.sendStatus(404);
    response.type(file.type).send(brotliDecompressSync(Buffer.from(file.br, 'base64')));
  });
  http.get('/webhooks-portal/api/session', (request: Request, response: Response) => {
    const scopes = (process.env.SCOPES ?? 'read,write,retry,reveal,rotate,operator').split(',');
    if (request.get('authorization') === 'Bearer expired')
      return void response.status(401).json({
        code: 'session_expired',
        message: 'The session is over.',
        returnUrl: 'https://example.com/login',
      });
    response.json({
      actor: 'ada@acme.example',
      tenantId: tenant,
      scopes,
      expiresAt: null,
      mode: 'host',
      brand: { name: process.env.BRAND ?? null, accent: process.env.ACCENT ?? null, backUrl: '/' },
      strings: {},
      show: { bodies: true, phoneNumbers: true },
      loginUrl: null,
      returnUrl: null,
      profile: settings.profile.name,
      profiles: [...settings.profiles.values()].map((profile) => rulesOf(profile, settings)),
    });
  });
  http.get('/webhooks-portal/api/figures', async (_: Request, response: Response) => {
    const rows: { id: string; hour: string; delivered: number; failed: number }[] = await dataSource.query(
      `select h.endpoint_id id, h.hour, h.delivered, h.retried + h.exhausted failed from webhook_endpoint_hours h
       join webhook_endpoints e on e.id = h.endpoint_id where e.tenant_id = $1 order by h.hour`,
      [tenant],
    );
    const byId = new Map(rows.map(({ id }) => [id, rows.filter((row) => row.id === id)]));
    response.json({
      data: [...byId].map(([id, hours]) => {
        const sum = (name: 'delivered' | 'failed') => hours.reduce((total, row) => total + row[name], 0);
        const [delivered, failed] = [sum('delivered'), sum('failed')];
        return {
          endpointId: encodeId('wh', id),
          delivered,
          failed,
          successRate: delivered + failed ? delivered / (delivered + failed) : null,
          hours: hours.map(({ hour, ...counts }) => ({
            hour: new Date(Number(hour)).toISOString(),
            delivered: counts.delivered,
            failed: counts.failed,
          })),
        };
      }),
    });
  });
}

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'";

interface Page {
  html: string;
  files: Record<string, { type: string; br: string }>;
}

function load(): Page {
  const module = { exports: {} as Page };
  new Function('exports', readFileSync(PAGE, 'utf8'))(module.exports);
  return module.exports;
}

function rulesOf(profile: Profile, settings: Settings): object {
  const { name, title, registration, secret, timeoutMs, schedule, testType } = profile;
  return {
    name,
    title,
    eventNames: eventNamesOf(profile, settings),
    wildcards: registration.wildcards,
    maxEvents: registration.maxEvents,
    onePerEvent: registration.onePerEvent,
    maxEndpoints: registration.maxEndpoints,
    httpsOnly: registration.httpsOnly,
    maxThroughputPerMinute: registration.maxThroughputPerMinute,
    fields: registration.fields,
    secret: {
      owner: secret.owner,
      required: secret.required,
      callerSupplied: secret.callerSupplied,
      signsWithAll: secret.signsWithAll ?? false,
    },
    timeoutMs,
    schedule,
    testType,
    signature: describeSignature(profile),
  };
}
