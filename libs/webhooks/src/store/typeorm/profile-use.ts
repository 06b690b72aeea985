import { type EntityManager, type EntityTarget, In, IsNull, Not, type ObjectLiteral } from 'typeorm';
import { WebhookAccountRow } from '../schema/account.entity.js';
import { WebhookEndpointRow } from '../schema/endpoint.entity.js';
import type { ProfileUse } from '../setup-store.js';

export async function countUnknownProfiles(
  manager: EntityManager,
  known: readonly string[],
): Promise<ProfileUse[]> {
  const isUnknown = Not(In([...known]));
  const endpoints = await countBy(manager, WebhookEndpointRow, 'profile', {
    profile: isUnknown,
    deletedAt: IsNull(),
  });
  const accounts = await countBy(manager, WebhookAccountRow, 'defaultProfile', { defaultProfile: isUnknown });
  const profiles = [...new Set([...endpoints.keys(), ...accounts.keys()])].toSorted();
  return profiles.map((profile) => ({
    profile,
    endpoints: endpoints.get(profile) ?? 0,
    accounts: accounts.get(profile) ?? 0,
  }));
}

async function countBy(
  manager: EntityManager,
  rowClass: EntityTarget<ObjectLiteral>,
  property: string,
  where: ObjectLiteral,
): Promise<Map<string, number>> {
  const rows = await manager
    .createQueryBuilder(rowClass, 'used')
    .select(`used.${property}`, 'profile')
    .addSelect('count(*)', 'count')
    .where(where)
    .groupBy(`used.${property}`)
    .getRawMany<{ profile: string; count: string }>();
  return new Map(rows.map(({ profile, count }) => [profile, Number(count)]));
}
