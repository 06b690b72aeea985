import type { ComponentChildren } from 'preact';
import { Icon } from '../design/icon.tsx';
import { Link } from '../routing/link.tsx';
import type { Params, ScreenName } from '../routing/route.ts';
import { useSession } from '../session/session-context.ts';
import type { StringKey } from '../strings/catalogue.ts';
import { t } from '../strings/translate.ts';

interface Item {
  label: StringKey;
  to: Params;
  /** Screens on which this link is the current one. */
  screens: ScreenName[];
}

const TENANT_ITEMS: Item[] = [
  {
    label: 'nav.webhooks',
    to: {},
    screens: ['webhooks', 'register', 'overview', 'webhook-deliveries', 'settings', 'recover', 'replay'],
  },
  { label: 'nav.deliveries', to: { screen: 'deliveries' }, screens: ['deliveries', 'delivery'] },
  { label: 'nav.message', to: { screen: 'message' }, screens: ['message'] },
  { label: 'nav.account', to: { screen: 'account' }, screens: ['account'] },
];
const OPERATOR_ITEM: Item = { label: 'nav.operator', to: { screen: 'operator' }, screens: ['operator'] };

/** The frame of all screens: brand, navigation, content. */
export function Shell({ screen, children }: { screen: ScreenName; children: ComponentChildren }) {
  const { tenantId, scopes, brand } = useSession();
  const isOperator = scopes.includes('operator');
  const items = [...(tenantId || !isOperator ? TENANT_ITEMS : []), ...(isOperator ? [OPERATOR_ITEM] : [])];
  return (
    <>
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          // The browser would resolve the fragment against <base>, which is another URL.
          event.preventDefault();
          document.getElementById('content')?.focus();
        }}
      >
        {t('page.skip')}
      </a>
      <header class="top">
        <div class="top-inner">
          {(brand?.name || brand?.logoUrl) && (
            <div class="brand">
              {brand.logoUrl && (
                <img class="brand-logo" src={brand.logoUrl} alt={brand.name ? '' : t('page.title')} />
              )}
              {brand.name}
            </div>
          )}
          <nav class="nav" aria-label={t('nav.label')}>
            {items.map((item) => (
              <Link
                key={item.label}
                to={item.to}
                class="nav-link"
                aria-current={item.screens.includes(screen) ? 'page' : undefined}
              >
                {t(item.label)}
              </Link>
            ))}
          </nav>
          {brand?.backUrl && (
            <a class="back-link" href={brand.backUrl}>
              <Icon name="back" />
              {brand.name ? t('page.back', { name: brand.name }) : t('page.backToHost')}
            </a>
          )}
        </div>
      </header>
      <main class="main" id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}
