/** The host's `DataSource`. */
export const DATA_SOURCE = Symbol('webhooks:data-source');
