import { PageHeader } from '../../shell/page-header.tsx';
import { t } from '../../strings/translate.ts';

export function AccountScreen() {
  return <PageHeader title={t('nav.account')} />;
}
