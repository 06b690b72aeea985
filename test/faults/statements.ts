// Patterns of the module's most important statements, for DatabaseProxy.hold().

/** The relay inserts the deliveries of an event. */
export const HAND_OVER = /insert into "?webhook_deliveries/;

/** The relay reads a few events. Its next statement relays them. */
export const LOOK = /from "?webhook_unrelayed"? order by sequence limit \d+\s*\)/;

/** Text that makes an event too large for one statement, so that the relay uses a transaction. */
export const LARGE = 'x'.repeat(10_000);

/** A worker takes deliveries from a lane. */
export const CLAIM = /update "?webhook_deliveries"?[^;]*set state = 'sending'/;

/** The relay takes events. */
export const TAKE_EVENTS = /from "?webhook_unrelayed"?[^;()]*for update skip locked/;

/** A worker records the outcomes of its requests. */
export const RECORD = /update "?webhook_deliveries"?[^;]*duration_ms = /;
