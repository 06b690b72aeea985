import { CreateBackend1735689600000 } from './1735689600000-create-backend.js';
import { DescribeMessages1764800000000 } from './1764800000000-describe-messages.js';

/** The migrations of the backend's own tables, in order. */
export const migrations = [CreateBackend1735689600000, DescribeMessages1764800000000];
