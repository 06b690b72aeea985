import type { ScreenProps } from '../screen.ts';
import { WebhookFrame } from '../webhook-frame.tsx';

export function SettingsScreen({ params }: ScreenProps) {
  return (
    <WebhookFrame id={params.webhook!} tab="settings">
      {() => null}
    </WebhookFrame>
  );
}
