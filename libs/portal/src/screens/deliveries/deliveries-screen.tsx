import { PageHeader } from '../../shell/page-header.tsx';
import { t } from '../../strings/translate.ts';
import type { ScreenProps } from '../screen.ts';
import { WebhookFrame } from '../webhook-frame.tsx';
import { DeliveryList } from './delivery-list.tsx';
import { RepairLinks } from './repair-links.tsx';

export function DeliveriesScreen({ params }: ScreenProps) {
  return (
    <>
      <PageHeader title={t('deliveries.title')} subtitle={t('deliveries.subtitle')} />
      <DeliveryList params={params} />
    </>
  );
}

export function WebhookDeliveriesScreen({ params }: ScreenProps) {
  return (
    <WebhookFrame id={params.webhook!} tab="deliveries" actions={({ id }) => <RepairLinks webhook={id} />}>
      {() => <DeliveryList params={params} />}
    </WebhookFrame>
  );
}
