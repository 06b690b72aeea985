import { CreateBackend1735689600000 } from './1735689600000-create-backend.js';

/** The backend's own tables, in order. */
export const migrations = [CreateBackend1735689600000];
