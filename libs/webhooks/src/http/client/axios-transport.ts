import { Axios, AxiosHeaders } from 'axios';
import type { AxiosInstance, AxiosRequestConfig, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { Exchange } from './exchange.js';
import { HttpError } from '../transport.js';
import type { HttpRequest, HttpResponse, HttpTransport, TransportStats } from '../transport.js';
import { toHttpError, UndiciTransport } from './undici-transport.js';
import type { GuardedHttpOptions } from './undici-transport.js';

/** Changes a request before it is sent: it may add headers. */
export type RequestInterceptor = (
  config: InternalAxiosRequestConfig,
) => InternalAxiosRequestConfig | Promise<InternalAxiosRequestConfig>;

/** What the axios transport may be told on top. */
export interface AxiosTransportOptions extends GuardedHttpOptions {
  /**
   * An instance of the host, with its interceptors and default headers. What belongs to the socket (proxy, agents, base URL,
   * credentials, parameters) must not be set on it. Default: an instance of our own.
   */
  axios?: AxiosInstance;
  /** Request interceptors for that instance. They may add headers; a changed URL, method or body is an error. */
  interceptors?: readonly RequestInterceptor[];
}

// These would be ignored under our adapter, or lead round the guard under another.
const FOREIGN_SETTINGS = [
  'proxy',
  'httpAgent',
  'httpsAgent',
  'socketPath',
  'transport',
  'baseURL',
  'params',
  'auth',
] as const;
/** What a host's own instance may carry for its own servers, and no customer must be sent. */
const CREDENTIALS = /^(authorization|proxy-authorization|cookie)$/i;
const FRAMING_HEADERS =
  /^(host|content-length|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|proxy-.*)$/;

/** Carried through axios by reference, which a plain object would not be. */
class Sending {
  constructor(
    readonly exchange: Exchange,
    readonly request: HttpRequest,
  ) {}
}

type SendingConfig = InternalAxiosRequestConfig & { sending: Sending };

/** axios in front, for its interceptors; the guarded undici connections below it. */
export class AxiosTransport implements HttpTransport {
  private readonly transport: UndiciTransport;
  private readonly axios: Pick<AxiosInstance, 'interceptors' | 'request'>;
  private readonly hasForeignReaders: boolean;

  /** Throws `TypeError` naming the option that is wrong. */
  constructor({ axios, interceptors = [], ...options }: AxiosTransportOptions = {}) {
    for (const setting of FOREIGN_SETTINGS) {
      if (axios?.defaults[setting]) {
        throw new TypeError(
          `axios: an instance whose default ${setting} is set cannot send webhooks. Remove it from the instance, or pass another.`,
        );
      }
    }
    const credential = axios && credentialOf(axios);
    if (credential) throw new TypeError(`axios: ${credentialRefusal(credential)}`);
    this.transport = new UndiciTransport(options);
    // The bare class: without axios's defaults there is less to merge for each request.
    this.axios = axios ?? new Axios({});
    this.hasForeignReaders = axios !== undefined;
    for (const interceptor of interceptors) this.axios.interceptors.request.use(interceptor);
  }

  send(request: HttpRequest): Promise<HttpResponse> {
    let exchange: Exchange;
    try {
      exchange = this.transport.open(request);
    } catch (error) {
      return Promise.reject(toHttpError(error));
    }
    void this.pass(exchange, {
      url: request.url,
      method: 'post',
      data: request.body,
      headers: request.headers,
      adapter: this.adapter,
      transformRequest: KEEP,
      transformResponse: KEEP,
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

  /** What axios calls to send. It gets what the interceptors made of the request. */
  private readonly adapter = async (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
    const { exchange, request } = (config as SendingConfig).sending;
    if (config.url !== request.url || config.method !== 'post' || config.params || config.baseURL) {
      throw new HttpError(
        'internal',
        'An axios interceptor changed the URL or the method of a webhook. It may add headers only.',
      );
    }
    if (config.data !== request.body) {
      throw new HttpError(
        'internal',
        'An axios interceptor changed the body of a webhook. It may add headers only.',
      );
    }
    // Tokens are often set on an instance later, by whoever logs in with it.
    const credential = this.hasForeignReaders && credentialOf(this.axios as AxiosInstance);
    if (credential) throw new HttpError('internal', credentialRefusal(credential));
    exchange.start(withAddedHeaders(request.headers, config.headers));
    const response = await exchange.promise;
    return {
      status: response.status,
      statusText: '',
      headers: this.hasForeignReaders
        ? new AxiosHeaders(exchange.responseHeaders as Record<string, string>)
        : NO_HEADERS,
      data: response.body,
      config,
    };
  };

  /** The exchange decides, not the chain round it: only where nothing was sent does the end of the chain mean anything. */
  private async pass(exchange: Exchange, config: AxiosRequestConfig & { sending: Sending }): Promise<void> {
    try {
      await this.axios.request(config);
      if (!exchange.isStarted) {
        exchange.fail('internal', 'An axios interceptor answered a webhook itself. It may add headers only.');
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

const KEEP = (data: unknown): unknown => data;
const NO_HEADERS = new AxiosHeaders();

/** Ours last: what an interceptor adds cannot replace a header that is signed or frames the request. */
function withAddedHeaders(own: Record<string, string>, all: object): Record<string, string> {
  let added: Record<string, string> | null = null;
  for (const [typed, value] of Object.entries(all)) {
    const name = typed.toLowerCase();
    if (value === undefined || value === null || value === false || Object.hasOwn(own, name)) continue;
    if (FRAMING_HEADERS.test(name)) {
      throw new HttpError(
        'internal',
        `An axios interceptor set the header "${name}", which belongs to the HTTP client.`,
      );
    }
    (added ??= {})[name] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  return added ? { ...added, ...own } : own;
}

/** The first default header of an instance that is a credential. */
function credentialOf({ defaults }: AxiosInstance): string | undefined {
  const { common, post, ...own } = (defaults.headers ?? {}) as Record<string, object>;
  return [common, post, own]
    .flatMap((each) => Object.keys(each ?? {}))
    .find((name) => CREDENTIALS.test(name));
}

function credentialRefusal(name: string): string {
  return `An instance whose default header ${name} is set would send it to every customer. Pass another instance, or add the header in an interceptor.`;
}
