import { PageHeader } from '../../shell/page-header.tsx';
import { t } from '../../strings/translate.ts';

export function DeliveryScreen() {
  return <PageHeader title={t('nav.deliveries')} />;
}
