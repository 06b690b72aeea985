import type { ComponentType } from 'preact';
import type { Params } from '../routing/route.ts';

/** What a screen gets: the parameters of the URL. */
export interface ScreenProps {
  params: Params;
}

export type Screen = ComponentType<ScreenProps>;
