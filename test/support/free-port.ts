export { freePort } from '../packages/support/ports.js';
