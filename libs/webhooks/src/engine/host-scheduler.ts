import type { ModulesContainer } from '@nestjs/core';

/** What the worker uses of the `SchedulerRegistry` of `@nestjs/schedule`. */
export interface TimeoutRegistry {
  doesExist(type: 'timeout', name: string): boolean;
  addTimeout(name: string, timeout: NodeJS.Timeout): void;
  deleteTimeout(name: string): void;
}

/**
 * The host's `SchedulerRegistry`, or null if the host has no scheduler. The registry is found by its name, because an import
 * would require `@nestjs/schedule` in every host, in the major version that fits the host's Nest.
 */
export function findHostScheduler(modules: ModulesContainer): TimeoutRegistry | null {
  for (const { providers } of modules.values()) {
    for (const { name, instance } of providers.values()) {
      if (name === 'SchedulerRegistry' && isRegistry(instance)) return instance;
    }
  }
  return null;
}

function isRegistry(given: unknown): given is TimeoutRegistry {
  const { doesExist, addTimeout, deleteTimeout } = (given ?? {}) as Partial<TimeoutRegistry>;
  return [doesExist, addTimeout, deleteTimeout].every((method) => typeof method === 'function');
}
