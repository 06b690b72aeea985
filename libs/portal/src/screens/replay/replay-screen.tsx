import type { ScreenProps } from '../screen.ts';
import { WebhookFrame } from '../webhook-frame.tsx';

export function ReplayScreen({ params }: ScreenProps) {
  return (
    <WebhookFrame id={params.webhook!} tab="replay">
      {() => null}
    </WebhookFrame>
  );
}
