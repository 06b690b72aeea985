import type { DataSource } from 'typeorm';

const KEY = Symbol.for('nestjs-sms-webhooks:data-sources');

/** Data sources that a module serves in this process, whichever copy of this package it came from. */
export const attachedDataSources: WeakSet<DataSource> = ((
  globalThis as Record<symbol, WeakSet<DataSource> | undefined>
)[KEY] ??= new WeakSet());
