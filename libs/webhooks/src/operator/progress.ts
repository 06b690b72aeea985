export type { Progress, ProgressOptions } from '../store/jobs/progress.js';
