import { PageHeader } from '../../shell/page-header.tsx';
import { t } from '../../strings/translate.ts';

export function MessageScreen() {
  return <PageHeader title={t('nav.message')} />;
}
