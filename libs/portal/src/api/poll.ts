/** Open pages poll at this interval. They do not poll while the tab is hidden. */
export const POLL_MS = 5000;
