import { PageHeader } from '../../shell/page-header.tsx';
import { t } from '../../strings/translate.ts';

export function OperatorScreen() {
  return <PageHeader title={t('nav.operator')} />;
}
