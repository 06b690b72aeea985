import type { Settings } from '../config/settings.js';
import { catalogue } from '../events/catalogue/catalogue.js';
import type { CatalogueEntry } from '../events/catalogue/catalogue-entry.js';

/** What the options say about the events that are published. */
export interface EventRules {
  /** Of `data` as JSON. */
  maxDataBytes: number;
  /** The types of the catalogue and the host. */
  types: ReadonlyMap<string, CatalogueEntry>;
  /** Other types are published, too. */
  allowsUnknownTypes: boolean;
}

/** Reads the rules from the settings. */
export function eventRules({
  payloadBytes,
  eventTypes,
  allowUnknownEventTypes,
}: Pick<Settings, 'payloadBytes' | 'eventTypes' | 'allowUnknownEventTypes'>): EventRules {
  return {
    maxDataBytes: payloadBytes,
    types: new Map([...catalogue, ...eventTypes].map((entry) => [entry.name, entry])),
    allowsUnknownTypes: allowUnknownEventTypes,
  };
}
