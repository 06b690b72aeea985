import type { paths } from '../../generated/openapi.d.ts';
import { request, type Query } from './request.ts';

type Method = 'get' | 'post' | 'patch' | 'delete';
type Paths<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends { responses: unknown } ? P : never;
}[keyof paths];
type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;

type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : undefined;
type Success<O> = O extends { responses: infer Responses }
  ? Json<Responses[keyof Responses & (200 | 201 | 202 | 204)]>
  : never;
type BodyOf<O> = O extends { requestBody?: infer Request } ? Json<NonNullable<Request>> : undefined;
type PathOf<O> = O extends { parameters: { path: infer Path } } ? Path : undefined;
type QueryOf<O> = O extends { parameters: { query?: infer Parameters } } ? Parameters : undefined;

export interface CallOptions<O> {
  path?: PathOf<O>;
  query?: QueryOf<O>;
  body?: BodyOf<O>;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

const fill = (template: string, values: object | undefined): string =>
  template
    .slice(1)
    .replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(String((values as Record<string, string>)[name])),
    );

const caller =
  <M extends Method>(method: M) =>
  <P extends Paths<M>>(
    path: P,
    options: CallOptions<Operation<P, M>> = {},
  ): Promise<Success<Operation<P, M>>> =>
    request(method.toUpperCase(), fill(path, options.path as object | undefined), {
      ...options,
      query: options.query as Query | undefined,
    });

/**
 * The routes in docs/openapi.json, with their types: `api.get('/webhooks/{id}', { path: { id } })`. A call that fails
 * throws an `ApiError`.
 */
export const api = {
  get: caller('get'),
  post: caller('post'),
  patch: caller('patch'),
  delete: caller('delete'),
};
