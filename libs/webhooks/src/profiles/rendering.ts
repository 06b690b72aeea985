import type { WebhookEvent, WebhookEventType } from '../events/event.js';
import type { WireEvent } from './profile.js';

/** Renders events of one type. */
export type Renderer = (event: WebhookEvent) => WireEvent[];

/** Builds `Profile.render` from one renderer for each type that the profile can express; other types give no request. */
export function renderByType(renderers: { [Type in WebhookEventType]?: Renderer }): Renderer {
  const byType = new Map<string, Renderer>(Object.entries(renderers));
  return (event) => byType.get(event.type)?.(event) ?? [];
}

/** One request of an event: the body is serialised here, once, compact, its keys in the order they are written. */
export function wireEvent(type: string, body: object): WireEvent {
  return { type, body: JSON.stringify(body) };
}
