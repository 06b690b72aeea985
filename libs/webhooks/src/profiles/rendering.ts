import type { WebhookEvent } from '../events/event.js';
import type { WebhookEventType } from '../events/event-map.js';
import type { WireEvent } from './profile.js';

/** Renders events of one type. */
export type Renderer = (event: WebhookEvent) => WireEvent[];

/** Builds `Profile.render` from one renderer per event type. Events of other types give no request. */
export function renderByType(renderers: { [Type in WebhookEventType]?: Renderer }): Renderer {
  const byType = new Map<string, Renderer>(Object.entries(renderers));
  return (event) => byType.get(event.type)?.(event) ?? [];
}

/** Returns one request. Its body is serialized here, once: compact JSON with the keys in the order of `body`. */
export function wireEvent(type: string, body: object): WireEvent {
  return { type, body: JSON.stringify(body) };
}

/** `2024-01-15T10:30:15.250Z`: UTC with milliseconds. `instant` is in epoch ms. */
export function isoMilliseconds(instant: number): string {
  return new Date(instant).toISOString();
}

/** `2024-01-15T10:30:15Z`: UTC, cut to whole seconds. `instant` is in epoch ms. */
export function isoSeconds(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, -5)}Z`;
}

/** Unix time, cut to whole seconds. `instant` is in epoch ms. */
export function unixSeconds(instant: number): number {
  return Math.floor(instant / 1000);
}

/**
 * Adds the leading `+` to a number of 7 to 15 digits: OpenSMS accepts recipients without it and reports them with it.
 * Returns short codes and names unchanged, because they have no international form.
 */
export function internationalNumber(number: string): string {
  return /^[1-9]\d{6,14}$/.test(number) ? `+${number}` : number;
}

/** Returns true for `+` and 7 to 15 digits. */
export function isInternationalNumber(number: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(number);
}
