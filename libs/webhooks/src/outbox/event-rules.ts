import type { Settings } from '../config/settings.js';
import { catalogue } from '../events/catalogue/catalogue.js';
import type { CatalogueEntry } from '../events/catalogue/catalogue-entry.js';

/** Rules for published events, from the options. */
export interface EventRules {
  /** Maximum size of `data` as JSON (bytes). */
  maxDataBytes: number;
  /** The types of the catalogue, and those of the host. */
  types: ReadonlyMap<string, CatalogueEntry>;
  /** Other types may be published too. */
  allowsUnknownTypes: boolean;
  /** Data must fit the schema of its type. */
  checksData: boolean;
}

export function eventRules({
  payloadBytes,
  eventTypes,
  allowUnknownEventTypes,
  checkEventData,
}: Pick<Settings, 'payloadBytes' | 'eventTypes' | 'allowUnknownEventTypes' | 'checkEventData'>): EventRules {
  return {
    maxDataBytes: payloadBytes,
    types: new Map([...catalogue, ...eventTypes].map((entry) => [entry.name, entry])),
    allowsUnknownTypes: allowUnknownEventTypes,
    checksData: checkEventData,
  };
}
