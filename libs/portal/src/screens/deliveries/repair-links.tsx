import { ButtonLink } from '../../design/button.tsx';
import { t } from '../../strings/translate.ts';

/** Links to the screens that send again what a webhook has missed. */
export function RepairLinks({ webhook }: { webhook: string }) {
  return (
    <>
      <ButtonLink icon="retry" to={{ webhook, tab: 'recover' }}>
        {t('deliveries.recover')}
      </ButtonLink>
      <ButtonLink icon="forward" to={{ webhook, tab: 'replay' }}>
        {t('deliveries.replay')}
      </ButtonLink>
    </>
  );
}
