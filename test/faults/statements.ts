// Patterns of the module's most important statements, for DatabaseProxy.hold().

/** The relay's hand-over: an event becomes deliveries. */
export const HAND_OVER = /insert into "?webhook_deliveries/;

/** The relay reads a few events, which it then hands over with one statement. */
export const LOOK = /from "?webhook_unrelayed"? order by sequence limit \d+\s*\)/;

/** Text that makes an event too large for one statement, so that the relay uses a transaction. */
export const LARGE = 'x'.repeat(10_000);

/** A worker takes deliveries from a lane. */
export const CLAIM = /update "?webhook_deliveries"?[^;]*set state = 'sending'/;

/** The relay takes events. */
export const TAKE_EVENTS = /from "?webhook_unrelayed"?[^;()]*for update skip locked/;

/** A worker records the outcomes of its requests. */
export const RECORD = /update "?webhook_deliveries"?[^;]*duration_ms = /;
