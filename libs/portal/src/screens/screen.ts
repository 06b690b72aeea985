import type { ComponentType } from 'preact';
import type { Params } from '../routing/route.ts';

export interface ScreenProps {
  params: Params;
}

export type Screen = ComponentType<ScreenProps>;
