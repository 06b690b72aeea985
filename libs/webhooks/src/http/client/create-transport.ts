import type { HttpTransport } from '../transport.js';
import { AxiosTransport, type AxiosTransportOptions } from './axios-transport.js';
import { type GuardedHttpOptions, UndiciTransport } from './undici-transport.js';

/** `axios` (default) runs the host's interceptors. `undici` sends without axios and uses less CPU per request. */
export type TransportOptions =
  ({ kind?: 'axios' } & AxiosTransportOptions) | ({ kind: 'undici' } & GuardedHttpOptions);

/** Creates the transport that the module sends with. Throws a `TypeError` that names the wrong option. */
export function createTransport(options: TransportOptions = {}): HttpTransport {
  return options.kind === 'undici' ? new UndiciTransport(options) : new AxiosTransport(options);
}
