import { PageHeader } from '../../shell/page-header.tsx';
import { t } from '../../strings/translate.ts';

export function WebhooksScreen() {
  return <PageHeader title={t('nav.webhooks')} />;
}
