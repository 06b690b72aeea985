import { HELD_LANE_WAIT_MS } from '../../lane-rules.js';
import { opaque } from '../fragments/expressions.js';

/**
 * SQL for the changes that a first success makes to a delivery `d`; the attempt is `i`. `now`: SQL for the time (epoch
 * ms).
 */
export const firstSuccessColumns = (now: string): string => `
            state = 'delivered',
            reason = null,
            next_at = null,
            claims = 0,
            attempts = 1,
            attempt_at = ${now} - i.age,
            duration_ms = i.duration_ms,
            status = i.status,
            error = null,
            response = i.response,
            finished_at = ${now}`;

/** SQL: the attempt `i` is the first of the delivery `d`, and was made under the delivery's present lease. */
export const IS_FIRST_ATTEMPT = opaque(`d.lease_id = i.lease_id and d.state = 'sending' and d.attempts = 0`);

/**
 * SQL: a success must update the lane `l`. Either the lane is not open or not healthy, or a delivery in it is held back
 * and may have waited for this outcome.
 */
export const laneNeedsUpdate = (now: string): string => `
                 (l.state <> 'open'
                  or l.failing_since is not null
                  or l.failures > 0
                  or l.hold_until is not null
                  or (l.next_due_at > ${now} and l.next_due_at <= ${now} + ${HELD_LANE_WAIT_MS}))`;
