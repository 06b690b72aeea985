import type { ScreenProps } from '../screen.ts';
import { WebhookFrame } from '../webhook-frame.tsx';
import { PageHeader } from '../../shell/page-header.tsx';
import { t } from '../../strings/translate.ts';

export function DeliveriesScreen() {
  return <PageHeader title={t('nav.deliveries')} />;
}

/** The same list within one webhook. */
export function WebhookDeliveriesScreen({ params }: ScreenProps) {
  return (
    <WebhookFrame id={params.webhook!} tab="deliveries">
      {() => null}
    </WebhookFrame>
  );
}
