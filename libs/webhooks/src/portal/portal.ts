/** Injects the complete options of the webhooks page; `null`: there is no page. */
export const PORTAL = Symbol('webhooks:portal');

/** Injects a function that returns the path of the page in this app, without a slash at its end. */
export const PAGE_PATH = Symbol('webhooks:page-path');
