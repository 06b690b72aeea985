/** The {@link Settings}: options, checked and complete. */
export const SETTINGS = Symbol('webhooks:settings');
/** The {@link WebhooksModuleStructure} that `forRoot` was given. */
export const STRUCTURE = Symbol('webhooks:structure');
/** The host's `DataSource`. */
export const DATA_SOURCE = Symbol('webhooks:data-source');
/** The {@link HttpTransport}. */
export const TRANSPORT = Symbol('webhooks:transport');
/** The {@link SecretBox}. */
export const SECRET_BOX = Symbol('webhooks:secret-box');
/** The tenant of a request: a {@link TenantProvider}. */
export const TENANT = Symbol('webhooks:tenant');
/** The rules for URLs: a {@link UrlPolicy}. */
export const URL_POLICY = Symbol('webhooks:url-policy');
/** The {@link WebhooksModuleOptions} as the host gave them. */
export const WEBHOOKS_OPTIONS = Symbol('webhooks:options');
