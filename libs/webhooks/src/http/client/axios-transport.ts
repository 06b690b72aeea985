import {
  Axios,
  AxiosHeaders,
  type AxiosInstance,
  type AxiosRequestConfig,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import {
  HttpError,
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
  type TransportStats,
} from '../transport.js';
import type { Exchange } from './exchange.js';
import { type GuardedHttpOptions, toHttpError, UndiciTransport } from './undici-transport.js';

/** Runs before a request is sent. It may add headers. */
export type RequestInterceptor = (
  config: InternalAxiosRequestConfig,
) => InternalAxiosRequestConfig | Promise<InternalAxiosRequestConfig>;

/** Options of the axios transport. */
export interface AxiosTransportOptions extends GuardedHttpOptions {
  /**
   * The host's instance, with its interceptors and default headers. Its defaults must not contain a proxy, agents, a base
   * URL, credentials or parameters. Default: a new instance.
   */
  axios?: AxiosInstance;
  /** Request interceptors for that instance. They may add headers. A changed URL, method or body is an error. */
  interceptors?: readonly RequestInterceptor[];
}

// With this transport's adapter, these defaults have no effect or make each request fail. An adapter that an interceptor
// sets could use them, and bypass the guard.
const FORBIDDEN_DEFAULTS = [
  'proxy',
  'httpAgent',
  'httpsAgent',
  'socketPath',
  'transport',
  'baseURL',
  'params',
  'auth',
] as const;
/** Credentials for the host's own servers. Customers must not receive them. */
const CREDENTIAL_HEADERS = /^(authorization|proxy-authorization|cookie)$/i;
const FRAMING_HEADERS =
  /^(host|content-length|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|proxy-.*)$/;

/** A class, because axios copies the plain objects in a config, but passes on class instances as they are. */
class Sending {
  constructor(
    readonly exchange: Exchange,
    readonly request: HttpRequest,
  ) {}
}

type SendingConfig = InternalAxiosRequestConfig & { sending: Sending };

/** Sends with axios, so that axios's interceptors run. Uses the guarded undici connections. */
export class AxiosTransport implements HttpTransport {
  private readonly transport: UndiciTransport;
  private readonly axios: Pick<AxiosInstance, 'interceptors' | 'request'>;
  private readonly isHostInstance: boolean;

  /** Throws a `TypeError` that names the wrong option. */
  constructor({ axios, interceptors = [], ...options }: AxiosTransportOptions = {}) {
    for (const setting of FORBIDDEN_DEFAULTS) {
      if (axios?.defaults[setting]) {
        throw new TypeError(
          `axios: the instance must not have a default ${setting}. Remove it, or pass another instance.`,
        );
      }
    }
    const credential = axios && credentialOf(axios);
    if (credential) throw new TypeError(`axios: ${credentialRefusal(credential)}`);
    this.transport = new UndiciTransport(options);
    // The plain class has no defaults that axios would merge into each request.
    this.axios = axios ?? new Axios({});
    this.isHostInstance = axios !== undefined;
    for (const interceptor of interceptors) this.axios.interceptors.request.use(interceptor);
  }

  send(request: HttpRequest): Promise<HttpResponse> {
    let exchange: Exchange;
    try {
      exchange = this.transport.open(request);
    } catch (error) {
      return Promise.reject(toHttpError(error));
    }
    void this.request(exchange, {
      url: request.url,
      method: 'post',
      data: request.body,
      headers: request.headers,
      adapter: this.adapter,
      transformRequest: unchanged,
      transformResponse: unchanged,
      validateStatus: null,
      sending: new Sending(exchange, request),
    });
    return exchange.promise;
  }

  stats(): TransportStats {
    return this.transport.stats();
  }

  close(): Promise<void> {
    return this.transport.close();
  }

  /** axios calls this to send. `config` contains the changes of the interceptors. */
  private readonly adapter = async (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
    const { exchange, request } = (config as SendingConfig).sending;
    if (config.url !== request.url || config.method !== 'post' || config.params || config.baseURL) {
      throw new HttpError(
        'internal',
        'An axios interceptor changed the URL or the method of a webhook. It may only add headers.',
      );
    }
    if (config.data !== request.body) {
      throw new HttpError(
        'internal',
        'An axios interceptor changed the body of a webhook. It may only add headers.',
      );
    }
    // Tokens are often set on an instance later, after a login.
    const credential = this.isHostInstance && credentialOf(this.axios as AxiosInstance);
    if (credential) throw new HttpError('internal', credentialRefusal(credential));
    exchange.start(withAddedHeaders(request.headers, config.headers));
    const response = await exchange.promise;
    return {
      status: response.status,
      statusText: '',
      headers: this.isHostInstance
        ? new AxiosHeaders(exchange.responseHeaders as Record<string, string>)
        : NO_HEADERS,
      data: response.body,
      config,
    };
  };

  /** Runs axios. After the request is sent, the exchange decides the result, and axios's own result is ignored. */
  private async request(
    exchange: Exchange,
    config: AxiosRequestConfig & { sending: Sending },
  ): Promise<void> {
    try {
      await this.axios.request(config);
      if (!exchange.isStarted) {
        exchange.fail(
          'internal',
          'An axios interceptor responded to a webhook itself. It may only add headers.',
        );
      }
    } catch (error) {
      if (error instanceof HttpError) exchange.fail(error.code, error.message);
      else if (!exchange.isStarted) {
        exchange.fail(
          'internal',
          `An axios interceptor failed (${error instanceof Error ? error.name : typeof error}).`,
        );
      }
    }
  }
}

const unchanged = (data: unknown): unknown => data;
const NO_HEADERS = new AxiosHeaders();

/** Adds the interceptors' headers, which cannot replace the module's own. Throws for headers that frame the request. */
function withAddedHeaders(own: Record<string, string>, all: object): Record<string, string> {
  let added: Record<string, string> | null = null;
  for (const [typedName, value] of Object.entries(all)) {
    const name = typedName.toLowerCase();
    if (value === undefined || value === null || value === false || Object.hasOwn(own, name)) continue;
    if (FRAMING_HEADERS.test(name)) {
      throw new HttpError(
        'internal',
        `An axios interceptor set the header "${name}", which only the HTTP client may set.`,
      );
    }
    (added ??= {})[name] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  return added ? { ...added, ...own } : own;
}

/** Returns the name of the first credential among the default headers of an instance. */
function credentialOf({ defaults }: AxiosInstance): string | undefined {
  const { common, post, ...own } = (defaults.headers ?? {}) as Record<string, object>;
  return [common, post, own]
    .flatMap((each) => Object.keys(each ?? {}))
    .find((name) => CREDENTIAL_HEADERS.test(name));
}

function credentialRefusal(name: string): string {
  return `The instance has the default header ${name}, which every customer would receive. Pass another instance, or add the header in an interceptor.`;
}
