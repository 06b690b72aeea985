import type { ScreenProps } from '../screen.ts';
import { WebhookFrame } from '../webhook-frame.tsx';

export function RecoverScreen({ params }: ScreenProps) {
  return (
    <WebhookFrame id={params.webhook!} tab="recover">
      {() => null}
    </WebhookFrame>
  );
}
