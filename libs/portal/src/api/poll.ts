/** Open pages poll this often, ms. They stop while the tab is hidden. */
export const POLL_MS = 5000;
