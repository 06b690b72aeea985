import type { DataSource } from 'typeorm';
import type { Capture } from './capture.js';

/** Token of {@link FeatureCaptures}. Global, so that all loaded copies of this package share it. */
export const CAPTURES = Symbol.for('nestjs-sms-webhooks:captures');

/** The captures of one `forFeature()`. */
export interface FeatureCaptures {
  captures: readonly Capture[];
  /** As in `forRoot()`. */
  dataSource: string | DataSource;
}
