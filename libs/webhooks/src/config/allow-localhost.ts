import { InvalidOptionError } from '../core/errors.js';
import type { NetworkOptions } from './options.js';

const LOOPBACK = ['127.0.0.0/8', '::1/128'];

/**
 * Adds to the other options what `allowLocalhost` allows.
 *
 * @throws InvalidOptionError in production: every customer could reach the services of this machine
 */
export function withLocalhost<T extends NetworkOptions>(network: T): T {
  if (!network.allowLocalhost) return network;
  if (process.env.NODE_ENV === 'production') {
    throw new InvalidOptionError(
      'network.allowLocalhost',
      true,
      "network.allowLocalhost is for development, but NODE_ENV is production: write allowLocalhost: process.env.NODE_ENV !== 'production'. For a receiver on this machine in production, set allowHttp and allowedAddresses",
    );
  }
  const { allowedAddresses = [], allowedHosts = [] } = network;
  return {
    ...network,
    allowHttp: true,
    allowedAddresses: [...allowedAddresses, ...LOOPBACK],
    allowedHosts: [...allowedHosts, 'localhost'],
  };
}
