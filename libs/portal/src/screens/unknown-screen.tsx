import { ButtonLink } from '../design/button.tsx';
import { Empty } from '../design/states.tsx';
import { t } from '../strings/translate.ts';

/** The URL names no screen. */
export function UnknownScreen() {
  return (
    <Empty
      isScreen
      title={t('state.unknownScreen')}
      action={<ButtonLink to={{}}>{t('state.toWebhooks')}</ButtonLink>}
    />
  );
}

/** Says that this account has nothing with this id. */
export function NotFound() {
  return (
    <Empty
      isScreen
      title={t('state.notFound')}
      action={<ButtonLink to={{}}>{t('state.toWebhooks')}</ButtonLink>}
    >
      {t('state.notFoundText')}
    </Empty>
  );
}
