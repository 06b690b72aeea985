import type { ScreenProps } from '../screen.ts';
import { WebhookFrame } from '../webhook-frame.tsx';

export function OverviewScreen({ params }: ScreenProps) {
  return (
    <WebhookFrame id={params.webhook!} tab="overview">
      {() => null}
    </WebhookFrame>
  );
}
